"use strict";
const { lines, steps } = JSON.parse(document.getElementById("data").textContent);
const part = (id) => document.getElementById(id);
const [slider, screen, told, viewKey] = ["at", "screen", "told", "view"].map(part);
let at = 0;
let view = "bench";

const html = (step, which) => step[which].map((number) => lines[number]).join("\n");

function line(text, tag) {
  const paragraph = document.createElement("p");
  const inner = tag ? paragraph.appendChild(document.createElement(tag)) : paragraph;
  inner.textContent = text;
  return paragraph;
}

// What some steps that follow each other say: one on the screen, those of a statement on paper.
function words(some) {
  const [first, step] = [some[0], some[some.length - 1]];
  const events = first === step ? `Event ${step.at}` : `Events ${first.at} to ${step.at}`;
  const title = step.statement ? `${events}, ${step.statement}` : events;
  const all = [line(step.at === 0 ? "Before everything" : title, "strong")];
  some.flatMap((one) => one.told).forEach((text) => all.push(line(text, "code")));
  if (step.why) all.push(line(`Why: ${step.why}`));
  return all;
}

function show(number) {
  at = Math.max(0, Math.min(steps.length - 1, number));
  const step = steps[at];
  slider.value = at;
  slider.setAttribute("aria-valuetext", `event ${step.at} of ${steps[steps.length - 1].at}`);
  screen.innerHTML = html(step, view);
  told.replaceChildren(...words([step]));
  document.querySelectorAll("#statements button").forEach((button) => {
    button.toggleAttribute("aria-current", steps[button.dataset.to].statement === step.statement);
  });
}

function toggle() {
  view = view === "bench" ? "diagram" : "bench";
  viewKey.setAttribute("aria-pressed", view === "diagram");
  show(at);
}

function statement(by) {
  let next = at + by;
  while (next > 0 && next < steps.length - 1 && !steps[next].is_last) next += by;
  show(next);
}

const keys = {
  ArrowRight: () => show(at + 1), ArrowLeft: () => show(at - 1),
  ArrowDown: () => statement(1), ArrowUp: () => statement(-1),
  Home: () => show(0), End: () => show(steps.length - 1), d: toggle,
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
  keys[event.key]();
  event.preventDefault();
});
part("back").addEventListener("click", () => show(at - 1));
part("on").addEventListener("click", () => show(at + 1));
viewKey.addEventListener("click", toggle);
slider.addEventListener("input", () => show(Number(slider.value)));

let begun = 0;
steps.forEach((step, number) => {
  if (!step.is_last) return;
  const some = steps.slice(begun, number + 1);
  begun = number + 1;
  const section = part("paper").appendChild(document.createElement("section"));
  section.append(...words(some));
  section.appendChild(document.createElement("pre")).innerHTML = html(step, "bench");
  if (!step.statement) return;
  const button = part("statements").appendChild(document.createElement("li")).appendChild(document.createElement("button"));
  button.dataset.to = number;
  button.appendChild(document.createElement("code")).textContent = step.statement;
  button.addEventListener("click", () => show(number));
});
document.querySelector("details").hidden = !steps.some((step) => step.statement);
part("run").hidden = false;
show(0);
