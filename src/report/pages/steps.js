// Shows one step at a time, with buttons, a slider and the arrow keys; without this script all steps
// stand below one another, and so they do on paper.
"use strict";
for (const steps of document.querySelectorAll(".steps")) {
  const stepper = steps.querySelector(".stepper");
  const slider = stepper.querySelector("input");
  const status = stepper.querySelector("p");
  const all = [...steps.querySelectorAll(".step")];
  let shown = 0;
  const targets = {
    first: () => 0,
    previous: () => Math.max(0, shown - 1),
    next: () => Math.min(all.length - 1, shown + 1),
    last: () => all.length - 1,
  };
  function show(number) {
    shown = number;
    all.forEach((it, idx) => { it.hidden = idx !== shown; });
    const heading = all[shown].querySelector("h3").textContent;
    status.textContent = heading + " (" + (shown + 1) + " of " + all.length + ")";
    slider.value = String(shown);
    slider.setAttribute("aria-valuetext", heading);
    for (const it of stepper.querySelectorAll("button")) {
      it.setAttribute("aria-disabled", String(targets[it.dataset.step]() === shown));
    }
  }
  stepper.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) show(targets[button.dataset.step]());
  });
  slider.addEventListener("input", () => show(Number(slider.value)));
  document.addEventListener("keydown", (event) => {
    const key = { ArrowLeft: "previous", ArrowRight: "next" }[event.key];
    // The slider and tables wider than the screen have uses of their own for these keys.
    const isTaken = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest("input, .table");
    if (!key || isTaken) return;
    event.preventDefault();
    show(targets[key]());
  });
  stepper.hidden = all.length < 2;
  show(0);
}
