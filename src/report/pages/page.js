// Pictures that tell their numbers, and that can be saved.
//
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

// A picture is saved as it is drawn for a light page, whatever the page looks like.
function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
function save(button) {
  const figure = button.closest("figure");
  const pictures = [...figure.querySelectorAll(".wide svg, .narrow svg")];
  const svg = pictures.find((it) => it.clientWidth > 0) || pictures[0];
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const copy = svg.cloneNode(true);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const name = figure.id.replace("figure-", "") + "." + button.dataset.save;
  const source = new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
  if (button.dataset.save === "svg") {
    download(source, name);
    return;
  }
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * width, 2 * height];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => download(blob, name), "image/png");
    URL.revokeObjectURL(image.src);
  };
  image.src = URL.createObjectURL(source);
}
for (const button of document.querySelectorAll("[data-save]")) {
  button.hidden = false;
  button.addEventListener("click", () => save(button));
}
