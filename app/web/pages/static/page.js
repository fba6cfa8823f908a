// Everything here only makes the page quicker: without it, the same form and links do the same.
"use strict";

const form = document.getElementById("controls");
const KEPT = "muster.focus";

/** Ask what the form says now: its address without the empty fields. */
function ask(control) {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) asked.append(name, value);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ id: control ? control.id : "", y: window.scrollY }));
  } catch { /* a browser that keeps nothing only loses the place */ }
  const words = asked.toString();
  window.location.assign(form.getAttribute("action") + (words ? `?${words}` : ""));
}

/** A slider over the days of the list of days, which stays the field that is sent. */
function slider(list) {
  const days = [...list.options].slice(1).reverse();
  if (days.length < 2) return;
  const box = document.createElement("div");
  const range = Object.assign(document.createElement("input"), {
    type: "range", id: "c-slide", min: 0, max: days.length, step: 1, value: list.value ? days.findIndex((day) => day.value === list.value) : days.length,
  });
  const output = document.createElement("output");
  const label = document.querySelector('label[for="c-published_by"]');
  box.className = "slide";
  label.htmlFor = range.id;
  output.htmlFor = range.id;
  const say = () => {
    const day = days[Number(range.value)];
    output.textContent = day ? day.textContent : "today";
    range.setAttribute("aria-valuetext", day ? day.textContent : "today, all that is known now");
  };
  say();
  range.defaultValue = range.value;
  form.addEventListener("reset", () => setTimeout(say));
  let waiting;
  range.addEventListener("input", () => { say(); clearTimeout(waiting); });
  range.addEventListener("change", (event) => {
    event.stopPropagation();
    const day = days[Number(range.value)];
    list.value = day ? day.value : "";
    clearTimeout(waiting);
    waiting = setTimeout(() => ask(range), 600); // arrow keys pass many days on their way
  });
  box.append(range, output);
  list.before(box);
  list.setAttribute("aria-label", "As published by, from a list");
}

if (form) {
  slider(document.getElementById("c-published_by"));
  let waiting;
  form.addEventListener("change", (event) => {
    const control = event.target;
    clearTimeout(waiting);
    if (control.type === "date" && control.value === "" && control.validity.badInput) return;
    if (!form.checkValidity()) return;
    // A date that is being typed is valid long before it is the one that is meant.
    waiting = setTimeout(() => ask(control), control.type === "date" ? 900 : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    ask(event.submitter);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) form.reset(); });
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    sessionStorage.removeItem(KEPT);
    if (kept) {
      const control = kept.id && document.getElementById(kept.id);
      if (control) control.focus({ preventScroll: true });
      window.scrollTo({ top: kept.y, behavior: "instant" });
    }
  } catch { /* as above */ }
}

/** A slider under a picture, through the steps of the table beside it: a value, its days and its source. */
function walk(figure) {
  const rows = [...(figure.nextElementSibling?.querySelectorAll("tbody tr") ?? [])].reverse();
  if (rows.length < 2) return;
  const steps = rows.map((row) => [...row.cells].map((cell) => cell.textContent.replace(/\s+/g, " ").trim()));
  const box = document.createElement("p"), label = document.createElement("label");
  const range = Object.assign(document.createElement("input"), { type: "range", id: "walk", min: 0, max: rows.length - 1, step: 1, value: rows.length - 1 });
  const output = document.createElement("output");
  box.className = "slide walk";
  label.textContent = "Step by step";
  label.htmlFor = output.htmlFor = range.id;
  const say = () => {
    const [day, value, within, how, by] = steps[Number(range.value)];
    output.textContent = `From ${day}: ${value}${within ? ` (${within})` : ""}, ${how}${by ? `. New: ${by}` : ""}`;
    range.setAttribute("aria-valuetext", output.textContent);
  };
  range.addEventListener("input", say);
  say();
  box.append(label, range, output);
  figure.append(box);
}

for (const figure of document.querySelectorAll("figure.chart")) walk(figure);

for (const box of navigator.clipboard ? document.querySelectorAll(".copy") : []) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy" });
  const label = box.querySelector(".label").textContent;
  button.setAttribute("aria-label", `Copy: ${label}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(box.querySelector("code").textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(box.querySelector("code"));
      button.textContent = "Selected: copy it now";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  box.append(button);
}
