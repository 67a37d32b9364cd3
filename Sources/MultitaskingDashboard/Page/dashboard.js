"use strict";
// Draws what the server sends. Elements stay where they are and only their text changes, so that focus, selection and the
// place of a screen reader are kept.

const SAMPLES = 120;
const byID = (id) => document.getElementById(id);
const state = { snapshot: null, history: new Map(), pool: 0, paused: false, told: 0, failures: null };

// --- Texts ---------------------------------------------------------------------------------------------------------

const digits = (number) => (number < 9.995 ? number.toFixed(2) : number < 99.95 ? number.toFixed(1) : number.toFixed(0));

function duration(seconds) {
  if (seconds == null) return "–";
  if (seconds === 0) return "0 s";
  if (seconds < 999.5e-9) return `${digits(seconds * 1e9)} ns`;
  if (seconds < 999.5e-6) return `${digits(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${digits(seconds * 1e3)} ms`;
  if (seconds < 99.95) return `${digits(seconds)} s`;
  if (seconds < 5997) return `${digits(seconds / 60)} min`;
  return `${digits(seconds / 3600)} h`;
}

function size(bytes) {
  if (bytes == null) return "–";
  let unit = 0;
  while (bytes >= 999.5 && unit < 4) { bytes /= 1000; unit += 1; }
  return `${unit === 0 ? bytes : digits(bytes)} ${["B", "kB", "MB", "GB", "TB"][unit]}`;
}

const count = (number) => (number == null ? "–" : number.toLocaleString("en").replace(/,/g, "\u202f"));
const percent = (part) => (part == null ? "–" : `${Math.round(part * 100)} %`);
/// In percent; 100 is only all of it.
const whole = (part) => Math.floor(100 * part);
const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
const rate = (number) => (number >= 100 ? count(Math.round(number)) : number >= 10 ? number.toFixed(0) : String(+number.toFixed(1)));

function ago(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  return `${Math.round(seconds / 3600)} h ago`;
}

// --- Elements ------------------------------------------------------------------------------------------------------

function set(element, text) { if (element.textContent !== String(text)) element.textContent = text; }
function attribute(element, name, value) { if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value); }

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text != null) element.textContent = text;
  return element;
}

/// Gives `parent` one child for each item, keeps those that are there, and lets `fill` write into each.
function each(parent, items, create, fill) {
  while (parent.children.length > items.length) parent.lastElementChild.remove();
  items.forEach((item, index) => {
    if (!parent.children[index]) parent.append(create());
    fill(parent.children[index], item);
  });
}

/// A row whose first cell is its header, with cells of these classes.
const row = (...classes) => () => {
  const element = make("tr");
  classes.forEach((name, index) => {
    const cell = make(index === 0 ? "th" : "td", name);
    if (index === 0) cell.scope = "row";
    element.append(cell);
  });
  return element;
};

function emptyRow(body, text, columns) {
  if (body.dataset.empty) return;
  const element = make("tr");
  const cell = make("td", "quiet", text);
  cell.colSpan = columns;
  element.append(cell);
  body.replaceChildren(element);
  body.dataset.empty = "yes";
}

function rows(body, items, create, fill, nothing, columns) {
  if (items.length === 0) return emptyRow(body, nothing, columns);
  if (body.dataset.empty) { body.replaceChildren(); delete body.dataset.empty; }
  each(body, items, create, fill);
}

// --- Parts of the page ---------------------------------------------------------------------------------------------

function drawTiles(pool) {
  const { tasks, workers, utilization, memory, maxWorkers } = pool.statistics;
  for (const name of ["running", "queued", "succeeded", "failed", "cancelled"]) set(byID(name), count(tasks[name]));
  set(byID("running-more"), `of ${plural(maxWorkers, "worker")}`);
  set(byID("queued-more"), pool.rate > 0 && tasks.queued > 0 ? `${duration(tasks.queued / pool.rate)} at this rate` : "");
  set(byID("succeeded-more"), `of ${count(tasks.submitted)} submitted`);
  const ended = tasks.succeeded + tasks.failed + tasks.cancelled;
  set(byID("failed-more"), tasks.failed > 0 ? `${(100 * tasks.failed / ended).toFixed(1)} % of all ended` : "none");
  byID("failed").parentElement.classList.toggle("some", tasks.failed > 0);
  set(byID("cancelled-more"), tasks.retried == null ? "" : `${count(tasks.retried)} retried`);
  set(byID("use"), percent(utilization));
  set(byID("use-more"), memory ? `${size(memory.used)} of ${size(memory.limit)} held` : "of the workers' time");
  const processes = workers.filter((worker) => worker.pid != null).length;
  set(byID("title"), pool.name);
  document.title = `${count(tasks.running)} running, ${count(tasks.queued)} queued – ${pool.name}`;
  set(byID("subtitle"), `${pool.kind} · ${plural(maxWorkers, "worker")}`
    + `${processes ? ` in ${plural(processes, "process").replace("processs", "processes")}` : ""} · for ${duration(pool.statistics.age)}`);
}

function scaleTop(highest) {
  const step = 10 ** Math.floor(Math.log10(Math.max(highest, 1)));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * step).find((top) => top >= highest) ?? highest;
}

/// A chart of two series, the first as an area; its text says what it shows.
function drawChart(figure, samples, first, second, texts) {
  if (!figure.firstChild) {
    figure.setAttribute("role", "img");
    figure.innerHTML = `<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
      <line class="grid" x1="0" x2="100" y1="0" y2="0"/><line class="grid" x1="0" x2="100" y1="50" y2="50"/>
      <line class="grid" x1="0" x2="100" y1="100" y2="100"/>
      <path class="area"/><path class="line"/><path class="line second"/></svg>
      <span class="label top"></span><span class="label past"></span><span class="label now">now</span>`;
    for (const path of figure.querySelectorAll(".area, .line:not(.second)")) path.classList.add(first.colour);
    figure.querySelector(".second").classList.add(second.colour);
  }
  const highest = Math.max(0, ...samples.map((sample) => Math.max(sample[first.key], sample[second.key])));
  const top = scaleTop(highest);
  const point = (sample, index, key) =>
    `${(100 * (index + SAMPLES - samples.length) / (SAMPLES - 1)).toFixed(2)} ${(100 - 100 * sample[key] / top).toFixed(2)}`;
  const line = (key) => samples.map((sample, index) => `${index ? "L" : "M"}${point(sample, index, key)}`).join("");
  const start = (100 * (SAMPLES - samples.length) / (SAMPLES - 1)).toFixed(2);
  const [area, one, two] = figure.querySelectorAll("path");
  area.setAttribute("d", samples.length > 1 ? `${line(first.key)}L100 100L${start} 100Z` : "");
  one.setAttribute("d", line(first.key));
  two.setAttribute("d", line(second.key));
  set(figure.querySelector(".top"), count(top));
  set(figure.querySelector(".past"), ago(SAMPLES * state.snapshot.interval));
  const last = samples[samples.length - 1] ?? { [first.key]: 0, [second.key]: 0 };
  attribute(figure, "aria-label", `Now ${rate(last[first.key])} ${texts[0]} and ${rate(last[second.key])} ${texts[1]}; `
    + `the most in the last ${Math.round(SAMPLES * state.snapshot.interval / 60)} minutes was ${rate(highest)}.`);
}

const SHARES = [["starting", "c-start"], ["initializing", "c-start"], ["decoding", "c-decode"], ["running", "c-run"],
  ["encoding", "c-encode"], ["waiting", "c-wait"]];

function drawShares(cell, times) {
  if (!times) return set(cell, "–");
  const parts = SHARES.map(([name, colour]) => ({ name, colour, time: times[name] ?? 0 }));
  const all = parts.reduce((sum, part) => sum + part.time, 0) || 1;
  if (!cell.firstElementChild) {
    cell.textContent = "";
    const bar = make("div", "shares");
    bar.setAttribute("role", "img");
    for (const { colour } of parts) bar.append(make("i", colour));
    cell.append(bar);
  }
  const bar = cell.firstElementChild;
  parts.forEach((part, index) => { bar.children[index].style.width = `${(100 * part.time / all).toFixed(2)}%`; });
  const words = parts.filter((part) => part.time / all >= 0.005).map((part) => `${part.name} ${percent(part.time / all)}`);
  attribute(bar, "aria-label", words.join(", "));
  attribute(bar, "title", words.join(", "));
}

function drawWorkers(workers) {
  const create = () => {
    const element = row("", "", "task", "number", "number", "number", "time")();
    element.children[1].append(make("span", "pill"));
    return element;
  };
  rows(byID("workers"), workers, create, (element, worker) => {
    const [name, status, now, done, failed, crashed, time] = element.children;
    set(name, worker.index);
    attribute(name, "title", worker.pid == null ? "" : `process ${worker.pid}`);
    set(status.firstChild, worker.state);
    attribute(status.firstChild, "data-state", worker.state);
    const task = worker.currentTask;
    const forTime = task && task.runTime != null ? ` · ${duration(task.runTime)}` : "";
    set(now, task ? task.name + forTime : "–");
    attribute(now, "title", task ? task.name : "");
    now.classList.toggle("quiet", !task);
    set(done, count(worker.tasksDone));
    set(failed, count(worker.tasksFailed));
    failed.classList.toggle("bad", worker.tasksFailed > 0);
    set(crashed, count(worker.tasksCrashed));
    crashed.classList.toggle("bad", worker.tasksCrashed > 0);
    drawShares(time, worker.times);
  }, "No worker has started yet.", 7);
}

function drawTimes({ queueTime, runTime }) {
  const lines = [["In the queue", queueTime], ["Running", runTime]].filter(([, times]) => times && times.count > 0);
  rows(byID("times"), lines, row("", "number", "number", "number", "number", "number"), (element, [name, times]) => {
    const mean = times.count > 0 ? times.total / times.count : 0;
    [name, ...[times.p50, times.p90, times.p99, times.longest, mean].map(duration)]
      .forEach((text, index) => set(element.children[index], text));
  }, "No task has ended yet.", 6);
}

function drawSlowest(tasks) {
  rows(byID("slowest"), tasks, row("wide", "number", "number", "number"), (element, task) => {
    const texts = [task.name, duration(task.runTime), size(task.argumentSize), task.worker];
    texts.forEach((text, index) => set(element.children[index], text));
    attribute(element.children[0], "title", task.name);
  }, "No task has ended yet.", 4);
}

function drawSessions(sessions) {
  byID("sessions-section").hidden = sessions.length === 0;
  const create = () => {
    const item = make("li");
    const head = make("div", "session-head");
    head.append(make("b"), make("span", "quiet"));
    const track = make("div", "track");
    track.setAttribute("role", "progressbar");
    track.setAttribute("aria-valuemin", "0");
    track.append(make("i", "c-ended"), make("i", "c-failed"), make("i", "c-start"));
    item.append(head, track, make("ul", "reports"));
    return item;
  };
  each(byID("sessions"), sessions, create, (item, session) => {
    const done = session.succeeded + session.failed + session.cancelled;
    const total = done + session.queued + session.running;
    const [name, text] = item.firstChild.children;
    set(name, session.name);
    const parts = [`${count(done)} of ${count(total)}`, `${whole(session.fraction)} %`];
    if (session.failed > 0) parts.push(`${count(session.failed)} failed`);
    if (session.cancelled > 0) parts.push(`${count(session.cancelled)} cancelled`);
    if (session.running > 0) parts.push(`${count(session.running)} running`);
    if (session.rate != null) parts.push(`${rate(session.rate)}/s`);
    if (done < total && session.remaining != null) parts.push(`${duration(session.remaining)} to go`);
    set(text, parts.join(" · "));
    const track = item.children[1];
    attribute(track, "aria-label", session.name);
    attribute(track, "aria-valuenow", done);
    attribute(track, "aria-valuemax", total);
    attribute(track, "aria-valuetext", parts.slice(0, 3).join(", "));
    [session.succeeded, session.failed, session.cancelled].forEach((number, index) => {
      track.children[index].style.width = `${total ? 100 * number / total : 0}%`;
    });
    drawReports(item.lastChild, session);
  });
}

/// What running tasks say of how far they are.
function drawReports(list, session) {
  list.hidden = session.reports.length === 0;
  attribute(list, "aria-label", `What tasks of ${session.name} report`);
  const create = () => {
    const item = make("li");
    const track = make("div", "track");
    track.setAttribute("role", "progressbar");
    track.setAttribute("aria-valuemin", "0");
    track.setAttribute("aria-valuemax", "100");
    track.append(make("i", "c-run"));
    item.append(make("b"), track, make("span", "number"), make("span", "quiet"));
    return item;
  };
  each(list, session.reports, create, (item, report) => {
    const [name, track, part, message] = item.children;
    const done = whole(report.fraction);
    set(name, report.task);
    attribute(name, "title", report.task);
    set(part, `${done} %`);
    set(message, report.message);
    track.firstChild.style.width = `${done}%`;
    attribute(track, "aria-label", report.task);
    attribute(track, "aria-valuenow", done);
    attribute(track, "aria-valuetext", [`${done} %`, report.message].filter(Boolean).join(", "));
  });
}

function drawCrashes(pool) {
  const causes = pool.statistics.crashes;
  each(byID("causes"), causes ?? [], () => make("li"), (item, cause) => set(item, `${count(cause.count)} × ${cause.cause}`));
  const list = byID("crashes");
  if (pool.crashes.length === 0) {
    if (!list.querySelector(".empty")) list.replaceChildren(make("p", "empty"));
    return set(list.firstChild, causes == null ? "Tasks of this pool cannot crash alone."
      : causes.length ? "Nobody has asked for the results of the tasks that crashed." : "No task has crashed.");
  }
  list.querySelector(".empty")?.remove();
  const create = () => {
    const element = make("details");
    const summary = make("summary");
    summary.append(make("b"), make("span", "bad"), make("span", "quiet"), make("span", "ago"));
    const stack = make("pre");
    stack.tabIndex = 0;
    stack.setAttribute("role", "region");
    stack.setAttribute("aria-label", "What it printed last, and its backtrace");
    element.append(summary, make("p", "message"), stack);
    return element;
  };
  each(list, pool.crashes, create, (element, crash) => {
    const [task, cause, where, when] = element.firstChild.children;
    set(task, crash.task);
    set(cause, crash.cause);
    set(where, `worker ${crash.worker}, process ${crash.pid}`);
    set(when, ago(state.snapshot.now - crash.time));
    set(element.children[1], crash.message);
    const stack = element.lastChild;
    set(stack, [crash.lines.join("\n"), crash.backtrace].filter(Boolean).join("\n\n"));
    stack.hidden = stack.textContent === "";
  });
}

function drawPools(pools) {
  const nav = byID("pools");
  nav.hidden = pools.length < 2;
  each(nav, pools, () => {
    const button = make("button");
    button.type = "button";
    button.addEventListener("click", () => {
      state.pool = [...nav.children].indexOf(button);
      draw();
    });
    return button;
  }, (button, pool) => {
    set(button, pool.name);
    attribute(button, "aria-pressed", String(pool === pools[state.pool]));
  });
}

/// Tells a screen reader of failures, at most every ten seconds.
function announce(pool) {
  const failures = pool.statistics.tasks.failed;
  if (state.failures == null) state.failures = failures;
  if (failures <= state.failures || Date.now() - state.told < 10_000) return;
  set(byID("news"), `${plural(failures - state.failures, "more task")} failed; ${count(failures)} in all.`);
  state.failures = failures;
  state.told = Date.now();
}

function draw() {
  if (!state.snapshot) return;
  const { pools, sessions } = state.snapshot;
  state.pool = Math.min(state.pool, pools.length - 1);
  const pool = pools[state.pool];
  if (!pool) return;
  const samples = state.history.get(pool.name) ?? [];
  drawPools(pools);
  drawTiles(pool);
  drawChart(byID("queue-chart"), samples, { key: "queued", colour: "c-queued" }, { key: "running", colour: "c-running" },
    ["queued", "running"]);
  drawChart(byID("rate-chart"), samples, { key: "rate", colour: "c-ended" }, { key: "failures", colour: "c-failed" },
    ["ended", "failed a second"]);
  drawWorkers(pool.statistics.workers);
  drawTimes(pool.statistics);
  drawSlowest(pool.statistics.slowestTasks);
  drawSessions(sessions);
  drawCrashes(pool);
  announce(pool);
}

// --- What comes from the server ------------------------------------------------------------------------------------

function connection(name, text) {
  attribute(byID("connection"), "data-state", name);
  set(byID("connection"), text);
}

function take(snapshot) {
  state.snapshot = snapshot;
  for (const pool of snapshot.pools) {
    const samples = state.history.get(pool.name) ?? [];
    samples.push({ queued: pool.statistics.tasks.queued, running: pool.statistics.tasks.running, rate: pool.rate, failures: pool.failures });
    if (samples.length > SAMPLES) samples.shift();
    state.history.set(pool.name, samples);
  }
  if (!state.paused) draw();
}

function listen() {
  const events = new EventSource("events");
  events.addEventListener("history", (event) => {
    state.history = new Map(Object.entries(JSON.parse(event.data)));
  });
  events.addEventListener("snapshot", (event) => {
    if (!state.paused) connection("live", "Live");
    take(JSON.parse(event.data));
  });
  events.addEventListener("error", () => {
    connection("lost", "No connection");
    // The browser tries again by itself, unless the server has answered that it cannot.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
}
listen();

byID("pause").addEventListener("click", () => {
  state.paused = !state.paused;
  attribute(byID("pause"), "aria-pressed", String(state.paused));
  connection(state.paused ? "paused" : "live", state.paused ? "Paused" : "Live");
  if (!state.paused) draw();
});
