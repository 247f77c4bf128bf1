// Draw what a trained network does with dW of rank R; the choice is in the address.
"use strict";

const numbers = JSON.parse(document.getElementById("numbers").textContent);
const form = document.getElementById("explorer");
const field = form.elements;
const byId = (id) => document.getElementById(id);
const UNIT = 10 ** -numbers.decimals;
const BEYOND = 3; // times the largest target: an output beyond is cut
const FONT = 12; // pixels, as in style.css
const LEFT = 52;
const BOTTOM = 36;

// --- SVG ---

function add(parent, name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

/** Empty an SVG element and give it a size in pixels; its width is that of the page. */
function clear(svg, height, label) {
  const width = svg.parentElement.clientWidth;
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-label", label);
  svg.style.height = `${height}px`;
  return width;
}

const scale = (from, to, start, end) => (value) =>
  start + ((value - from) / (to - from)) * (end - start);

const path = (x, y, values) =>
  values.map((value, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join("");

/** Return round values from 0 to `end`, at most `count` steps. */
function ticks(end, count) {
  const power = 10 ** Math.floor(Math.log10(end / count));
  const step = [1, 2, 5, 10].map((k) => k * power).find((k) => end / k <= count);
  return Array.from({ length: Math.floor(end / step + 1e-9) + 1 }, (_, i) => +(i * step).toPrecision(6));
}

function axisX(svg, x, y, values, label) {
  const ends = [x(values[0]), x(values.at(-1))];
  add(svg, "path", { class: "axis", d: `M${ends[0]} ${y}H${ends[1]}` });
  for (const value of values) {
    add(svg, "path", { class: "axis", d: `M${x(value)} ${y}v4` });
    add(svg, "text", { x: x(value), y: y + 4 + FONT, "text-anchor": "middle" }, value);
  }
  add(svg, "text", { x: (ends[0] + ends[1]) / 2, y: y + 8 + 2 * FONT, "text-anchor": "middle" }, label);
}

function axisY(svg, x, y, values, format = String) {
  add(svg, "path", { class: "axis", d: `M${x} ${y(values[0])}V${y(values.at(-1))}` });
  for (const value of values) {
    add(svg, "path", { class: "axis", d: `M${x} ${y(value)}h-4` });
    add(svg, "text", { x: x - 7, y: y(value) + FONT / 3, "text-anchor": "end" }, format(value));
  }
}

// --- The choice ---

const experiment = () => numbers.experiments[field.experiment.selectedIndex];
const network = () => experiment().networks[field.g.selectedIndex];
const W0 = () => (field.shuffled.checked && network().shuffled ? "shuffled" : "as_trained");
/** The rank of the network that is shown: an archived dW has no larger one. */
const rank = (chosen = +field.R.value) => Math.min(chosen, network().as_trained.losses.length - 1);
const percent = (share) => `${+(100 * share).toPrecision(3)}\u00a0%`;

function fill(select, values) {
  select.replaceChildren(...values.map((value) => new Option(value)));
}

function chooseExperiment(name, g) {
  const names = numbers.experiments.map((one) => one.name);
  field.experiment.selectedIndex = Math.max(names.indexOf(name), 0);
  const all = experiment().networks.map((one) => one.g);
  const distances = all.map((one) => Math.abs(one - g));
  fill(field.g, all);
  field.g.selectedIndex = distances.indexOf(Math.min(...distances));
}

// --- The figures ---

function drawTrial() {
  const { inputs, targets, scored, step } = experiment();
  const outputs = network()[W0()].outputs[rank()];
  const svg = byId("trial");
  const length = inputs[0].length;
  const rows = [
    ...inputs.map((line, i) => ({ name: `u${i + 1}`, line, height: 34 })),
    ...outputs.map((line, i) => ({ name: `z${i + 1}`, line, height: 66, target: targets[i], scored: scored[i] })),
  ];
  const gap = 12;
  const height = rows.reduce((sum, row) => sum + row.height + gap, 0) + BOTTOM;
  const width = clear(svg, height, `Inputs, targets and outputs of one trial. ${byId("said").textContent}`);
  const x = scale(0, length, LEFT, width - 10);
  // One scale for all inputs; one for all outputs, whatever the rank and the network.
  const largest = (lines) => Math.max(...lines.flat().map(Math.abs));
  const every = experiment().networks.flatMap((one) => one.as_trained.outputs.flat());
  const limit = Math.min(largest([...every, ...targets]), BEYOND * largest(targets) || Infinity) || 1;
  const beyond = largest(outputs) > limit;
  byId("cut").textContent = beyond ? `; outputs beyond ±${+(limit * UNIT).toPrecision(2)} are cut` : "";
  let top = 4;
  for (const [k, { name, line, height: high, target, scored: counts }] of rows.entries()) {
    const most = target ? limit : largest(inputs) || 1;
    const least = target || Math.min(...inputs.flat()) < 0 ? -most : 0;
    const y = scale(least, most, top + high, top);
    const group = add(svg, "g", { "clip-path": `url(#clip${k})` });
    const clip = add(group, "clipPath", { id: `clip${k}` });
    add(clip, "rect", { x: LEFT, y: top - 2, width: width - LEFT, height: high + 4 });
    for (let t = 0; counts && t < length; t += 1) {
      const start = t;
      while (counts[t]) t += 1;
      if (t > start) {
        add(group, "rect", { class: "scored", x: x(start), y: top, width: x(t) - x(start), height: high });
      }
    }
    add(svg, "path", { class: "zero", d: `M${LEFT} ${y(0)}H${x(length)}` });
    if (target) add(group, "path", { class: "target", d: path(x, y, target) });
    add(group, "path", { class: target ? `output ${W0()}` : "input", d: path(x, y, line) });
    const label = add(svg, "text", { x: LEFT - 8, y: y(0) + FONT / 3, "text-anchor": "end" });
    add(label, "tspan", { "font-style": "italic" }, name[0]);
    add(label, "tspan", { "font-size": "70%", dy: 3 }, name.slice(1));
    top += high + gap;
  }
  const time = scale(0, length * step, LEFT, x(length));
  axisX(svg, time, top - 4, ticks(length * step, width < 500 ? 5 : 10), "time");
}

function drawLosses() {
  const svg = byId("losses");
  const height = 230;
  const chosen = +field.R.value;
  const both = ["shuffled", "as_trained"]
    .filter((name) => network()[name])
    .map((name) => [name, network()[name].losses]);
  const width = clear(svg, height, `Loss against R: ${network()[W0()].losses.map(percent).join(", ")}, from R = 0.`);
  const whole = network().whole.losses;
  const all = [...both.flatMap(([, losses]) => losses), ...whole, numbers.threshold];
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.log10(Math.max(...all, 1));
  const x = scale(0, numbers.ranks, LEFT + 10, width - 14);
  const y = scale(low, high, height - BOTTOM - 6, 10);
  const half = (x(1) - x(0)) / 2;
  add(svg, "rect", { class: "chosen", x: x(chosen) - half, y: 4, width: 2 * half, height: height - BOTTOM - 6 });
  axisX(svg, x, height - BOTTOM, Array.from({ length: numbers.ranks / 2 + 1 }, (_, i) => 2 * i), "rank R");
  axisY(svg, LEFT, y, Array.from({ length: Math.floor(high) - low + 1 }, (_, i) => low + i), (power) => `${+(10 ** power).toPrecision(1)}`);
  const level = y(Math.log10(numbers.threshold));
  add(svg, "path", { class: "level", d: `M${LEFT} ${level}H${width - 4}` });
  const group = add(svg, "g", { class: "whole curve" });
  add(group, "path", { d: path(x, (loss) => y(Math.log10(loss)), whole) });
  for (const [name, losses] of both) {
    const shown = name === W0();
    const group = add(svg, "g", { class: `${name} curve${shown ? "" : " faint"}` });
    add(group, "path", { d: path(x, (loss) => y(Math.log10(loss)), losses) });
    losses.forEach((loss, R) => {
      const size = shown && R === rank() ? 6 : 3.5;
      const [cx, cy] = [x(R), y(Math.log10(loss))];
      // Circles and squares differ without their colours, too.
      if (name === "as_trained") add(group, "circle", { cx, cy, r: size });
      else add(group, "rect", { x: cx - size, y: cy - size, width: 2 * size, height: 2 * size });
    });
  }
  svg.onclick = (event) => {
    const at = (event.clientX - svg.getBoundingClientRect().left - x(0)) / (2 * half);
    field.R.value = Math.round(at);
    show();
  };
}

function drawValues() {
  const svg = byId("values");
  const height = 230;
  const { values } = network();
  const more = network().whole.values.slice(values.length);
  const width = clear(svg, height, `Singular values of dW: ${values.join(", ")}.`);
  const x = scale(0, numbers.ranks, LEFT, width - 10);
  const most = Math.max(...experiment().networks.flatMap((one) => [...one.values, ...one.whole.values]), 0) || 1;
  let marks = ticks(most, 5);
  if (marks.at(-1) < most) marks = ticks(marks.at(-1) + marks[1], 6);
  const y = scale(0, marks.at(-1), height - BOTTOM, 10);
  const bar = x(1) - x(0);
  [...values, ...more].forEach((value, i) => {
    const removed = i < values.length ? "removed" : "left-out";
    add(svg, "rect", {
      class: i < rank() ? "kept" : removed,
      x: x(i) + 0.15 * bar, y: y(value), width: 0.7 * bar, height: y(0) - y(value),
    });
  });
  const middle = (index) => x(index - 0.5);
  const shown = Array.from({ length: numbers.ranks }, (_, i) => i + 1);
  axisX(svg, middle, height - BOTTOM, shown.filter((i) => bar > 18 || i % 2 === 0), "index");
  axisY(svg, LEFT, y, marks);
}

function say() {
  const { g, seed, rank: archived } = network();
  const loss = network()[W0()].losses[rank()];
  const R = +field.R.value;
  const shuffled = W0() === "shuffled" ? " and the entries of W0 shuffled" : "";
  const verdict = `${loss < numbers.threshold ? "below" : "not below"} ${percent(numbers.threshold)}`;
  const same = R > rank() ? ` The archive has dW of rank ${archived}, so a larger R changes nothing.` : "";
  const zero = field.shuffled.checked && !network().shuffled ? " At g = 0, W0 is 0: there is nothing to shuffle." : "";
  byId("said").textContent =
    `${experiment().name}, N = ${experiment().N}, g = ${g}, seed ${seed}. With dW of rank ${R}${shuffled}, the ` +
    `loss is ${percent(loss)} of the loss before training, ${verdict}.${same}${zero}`;
  byId("rank").textContent =
    archived === null
      ? "No rank was sufficient, so the archive has the whole dW."
      : `The archive has dW at its functional rank, ${archived}: the smallest rank with which the loss, over the trials of the run that choose it, is below ${percent(numbers.threshold)}.`;
  const { trial } = experiment();
  byId("drawn-by").textContent = `g = ${trial.g}, seed ${trial.seed}`;
}

function show() {
  form.querySelector("output").textContent = field.R.value;
  field.R.setAttribute("aria-valuetext", `rank ${field.R.value}`);
  byId("drawn").classList.toggle("shuffled", W0() === "shuffled");
  say();
  drawTrial();
  drawLosses();
  drawValues();
  const address = new URLSearchParams({ experiment: experiment().name, g: network().g, R: field.R.value });
  if (field.shuffled.checked) address.set("shuffled", 1);
  history.replaceState(null, "", `${location.pathname}?${address}`);
}

// --- Begin ---

const address = new URLSearchParams(location.search);
fill(field.experiment, numbers.experiments.map((one) => one.name));
chooseExperiment(address.get("experiment"), +(address.get("g") ?? numbers.g));
if (/^\d+$/.test(address.get("R") ?? "")) field.R.value = address.get("R");
field.shuffled.checked = address.has("shuffled");
// Not every browser sends both events for a list and for a slider.
for (const event of ["input", "change"]) {
  field.experiment.addEventListener(event, () => chooseExperiment(field.experiment.value, +field.g.value));
  form.addEventListener(event, show);
}
form.hidden = byId("drawn").hidden = false;
addEventListener("resize", show);
show();
