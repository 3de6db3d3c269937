async function r(){try{let{start:t}=await import("./app.js");t(document.body)}catch(t){let e=document.createElement("pre");e.setAttribute("role","alert"),e.style.cssText="margin:24px;font:13px/1.5 monospace;white-space:pre-wrap",e.textContent=`Time Travel could not start. Reload the page; if it stays, report this:

${t instanceof Error?t.stack??t.message:String(t)}`,document.body.append(e)}}export{r as render};
