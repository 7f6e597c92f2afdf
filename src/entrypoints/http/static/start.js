SwaggerUIBundle({ url: "schema/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null, tryItOutEnabled: true });

// Swagger UI leaves a few things unnamed, and puts links into buttons. React may draw them anew at any time.
function region(one, name) {
  one.setAttribute("role", "region");
  one.setAttribute("aria-label", name);
}
const mended = {
  "#servers": (one) => one.setAttribute("aria-label", "Server"),
  ".opblock-summary-control a": (one) => one.removeAttribute("href"), // the button around it opens the same
  "h3.opblock-tag, section.models h4": (one) => one.setAttribute("aria-level", "2"),
  ".opblock-section-header h4": (one) => one.setAttribute("aria-level", "3"),
  ".responses-inner h4, .responses-inner h5, .opblock-description-wrapper h4": (one) => one.setAttribute("aria-level", "4"),
  "textarea:not([aria-label]), select:not([aria-label]):not(#servers)": (one) =>
    one.setAttribute("aria-label", one.title || one.className.replaceAll("-", " ").trim() || "Value"),
  ".information-container": (one) => region(one, "About this API"),
  ".scheme-container": (one) => region(one, "Server and keys"),
  ".schemes-server-container": (one) => region(one, "Server"),
  ".responses-table": (one) => region(one, one.id.replaceAll("_", " ")),
  ".microlight, pre.version": (one) => one.setAttribute("tabindex", "0"),
};
new MutationObserver(() => {
  for (const [what, mend] of Object.entries(mended)) for (const one of document.querySelectorAll(`#docs :is(${what}):not([data-mended])`)) {
    mend(one);
    one.dataset.mended = "";
  }
}).observe(document.getElementById("docs"), { childList: true, subtree: true });
