/** The module TensorBoard imports. Kept tiny so that a broken app still leaves a readable sentence instead of a blank tab. */
export async function render(): Promise<void> {
  try {
    const { start } = await import("./main");
    start(document.body);
  } catch (error) {
    const message = document.createElement("pre");
    message.setAttribute("role", "alert");
    message.style.cssText = "margin:24px;font:13px/1.5 monospace;white-space:pre-wrap";
    message.textContent = `Time Travel could not start. Reload the page; if it stays, report this:\n\n${
      error instanceof Error ? (error.stack ?? error.message) : String(error)
    }`;
    document.body.append(message);
  }
}
