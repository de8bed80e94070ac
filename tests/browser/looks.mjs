// What tests of pages look at in every page: the views, and what a reader of a view would stumble over.
// The functions are run in the page.

export const views = [
  { name: "desk", width: 1280, height: 900, colorScheme: "light" },
  { name: "desk-dark", width: 1280, height: 900, colorScheme: "dark" },
  { name: "tablet", width: 768, height: 1024, colorScheme: "light" },
  { name: "phone", width: 390, height: 844, colorScheme: "light" },
  { name: "phone-dark", width: 390, height: 844, colorScheme: "dark" },
];

// What sticks out of the page to the right, with its width.
export function overflowing() {
  const width = document.documentElement.clientWidth;
  const problems = [];
  if (document.documentElement.scrollWidth > width) {
    problems.push(`the page is ${document.documentElement.scrollWidth} wide in ${width}`);
  }
  for (const it of document.querySelectorAll("body *")) {
    if (it.closest(".table, pre, svg, .hidden, .skip")) continue;
    const box = it.getBoundingClientRect();
    if (box.right > width + 1) problems.push(`<${it.tagName} ${it.className}> ends at ${box.right}`);
  }
  return problems;
}

// Texts of pictures that leave them or lie on one another, and labels that were cut.
export function cut() {
  const problems = [];
  for (const svg of document.querySelectorAll("figure svg")) {
    const frame = svg.getBoundingClientRect();
    if (frame.width < 100) continue;
    const name = svg.closest("figure").id;
    const texts = [...svg.querySelectorAll("text")].map((it) => [it.textContent, it.getBoundingClientRect()]);
    for (const [idx, [text, box]] of texts.entries()) {
      const isWithin = box.left >= frame.left - 1 && box.right <= frame.right + 1
        && box.top >= frame.top - 2 && box.bottom <= frame.bottom + 2;
      if (!isWithin) problems.push(`${name}: “${text}” leaves the picture`);
      if (text.includes("…")) problems.push(`${name}: “${text}” is cut`);
      for (const [other, place] of texts.slice(idx + 1)) {
        const width = Math.min(box.right, place.right) - Math.max(box.left, place.left);
        const height = Math.min(box.bottom, place.bottom) - Math.max(box.top, place.top);
        // Lines of a text stand close to one another.
        if (width > 2 && height > 5) problems.push(`${name}: “${text}” lies on “${other}”`);
      }
    }
  }
  return problems;
}
