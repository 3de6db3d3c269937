"""How the package is built and installed; settings of tools are in pyproject.toml."""

import re
from pathlib import Path

from setuptools import find_packages, setup

ROOT = Path(__file__).parent
VERSION = re.search(r'^__version__ = "(.+)"$', (ROOT / "tb_timetravel" / "__init__.py").read_text(encoding="utf-8"), re.MULTILINE)
README = ROOT / "README.md"

setup(
    name="tb-timetravel",
    version=VERSION.group(1),
    description="Time Travel for TensorBoard: training as a film of samples and decision regions",
    long_description=README.read_text(encoding="utf-8") if README.exists() else "",
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Scientific/Engineering :: Visualization",
        "Typing :: Typed",
    ],
    python_requires=">=3.10",
    packages=find_packages(include=["tb_timetravel", "tb_timetravel.*"]),
    package_data={"tb_timetravel": ["static/**", "serve/http_api.md", "exchange/formats.md", "py.typed"]},
    install_requires=[
        "tensorboard>=2.16",  # before 2.21 it needs pkg_resources itself, that is setuptools<81
        "torch>=2.2",
        "numpy>=1.26",
        "pynndescent>=0.5.11",
        "scikit-learn>=1.3",
        "msgspec>=0.20",
        "filelock>=3.12",
        "pillow>=10.1",
        "protobuf>=3.19.6",
        "werkzeug>=2.3",
        "tqdm>=4.65",
    ],
    extras_require={
        "video": ["imageio-ffmpeg>=0.5"],
        "umap": ["umap-learn>=0.5.6"],
        "export": ["pyarrow>=14"],
        "hdf5": ["h5py>=3.9"],  # by which weights of Keras 3 are read
        "s3": ["boto3>=1.28"],  # by which TensorBoard opens s3://
        "integrations": ["lightning>=2.2", "transformers>=4.40", "accelerate>=0.30", "keras>=3.3", "jax>=0.4.30"],  # what their tests need
        "test": [
            "pytest>=8",
            "hypothesis>=6.100",
            "playwright>=1.45",
            "axe-playwright-python>=0.1.4",
            "setuptools>=70.1",
            "wheel",
            "tensorboardX>=2.6",
            "pyarrow>=14",
            "h5py>=3.9",
            "fsspec>=2024.2",
            "boto3>=1.28",
            "moto[s3]>=5",  # a local S3, with the two that its server needs
            "flask>=3",
            "flask-cors>=5",
        ],
        "docs": ["zensical>=0.0.73", "mkdocstrings-python>=2"],  # why these: mkdocs.yml
        "dev": ["ruff>=0.12", "mypy>=1.15"],
    },
    entry_points={
        "tensorboard_plugins": ["timetravel = tb_timetravel.serve.loader:TimeTravelLoader"],
        "console_scripts": ["timetravel = tb_timetravel.cli:main"],
    },
)
