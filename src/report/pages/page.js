// Hovering over a part of a chart, or touching it, tells its numbers at once; without this script
// the browser does so after a while by itself.
"use strict";
const hover = document.getElementById("hover");
for (const title of document.querySelectorAll("figure svg title")) {
  const part = title.parentNode;
  part.dataset.tells = title.textContent;
  title.remove();
}
function show(event) {
  const part = event.target.closest ? event.target.closest("[data-tells]") : null;
  if (!part) {
    hover.hidden = true;
    return;
  }
  hover.textContent = part.dataset.tells;
  hover.hidden = false;
  const box = hover.getBoundingClientRect();
  const left = Math.min(event.clientX + 12, window.innerWidth - box.width - 4);
  const above = event.clientY - box.height - 12;
  hover.style.left = Math.max(4, left) + "px";
  hover.style.top = (above > 4 ? above : event.clientY + 18) + "px";
}
document.addEventListener("pointermove", show);
document.addEventListener("pointerdown", show);
document.addEventListener("scroll", () => { hover.hidden = true; }, { passive: true });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hover.hidden = true; });
