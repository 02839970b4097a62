// The analyse page: choose, drop or paste pictures, follow the stages live, show the analysis.
(() => {
  const form = document.getElementById("analyse");
  const input = document.getElementById("files");
  const drop = document.getElementById("drop");
  const thumbs = document.getElementById("thumbs");
  const text = document.getElementById("text");
  const go = document.getElementById("go");
  const progress = document.getElementById("progress");
  const note = document.getElementById("progress-note");
  const result = document.getElementById("result");
  const most = Number(input.dataset.most);
  const bytes = Number(input.dataset.bytes);
  let chosen = []; // {file, url}
  let shown = []; // addresses of the pictures of the analysis on the page
  let running = null;

  const add = (files) => {
    for (const file of files) {
      if (chosen.length >= most) { bifocal.toast(`At most ${most} files at once.`, "bad"); break; }
      if (file.size > bytes) { bifocal.toast(`${file.name} is too large.`, "bad"); continue; }
      chosen.push({ file, url: URL.createObjectURL(file) });
    }
    draw();
  };
  const remove = (index) => {
    const [gone] = chosen.splice(index, 1);
    if (!shown.includes(gone.url)) URL.revokeObjectURL(gone.url);
    draw();
  };
  const draw = () => {
    thumbs.replaceChildren(...chosen.map(({ file, url }, index) => {
      const item = document.createElement("li");
      const image = document.createElement("img");
      image.src = url;
      image.alt = file.name;
      const off = document.createElement("button");
      off.type = "button";
      off.textContent = "×";
      off.setAttribute("aria-label", `Remove ${file.name}`);
      off.addEventListener("click", () => remove(index));
      item.append(image, off);
      return item;
    }));
  };

  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  for (const kind of ["dragenter", "dragover"])
    document.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("is-over"); });
  for (const kind of ["dragleave", "drop"])
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      if (kind === "drop" || !event.relatedTarget) drop.classList.remove("is-over");
    });
  document.addEventListener("drop", (event) => add(event.dataTransfer.files));
  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) { event.preventDefault(); add(event.clipboardData.files); }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  const stages = [...document.querySelectorAll("[data-stage]")];
  const set = (stage, state) => { stage.dataset.state = state; };
  const reset = () => {
    progress.hidden = false;
    for (const stage of stages) { set(stage, "waiting"); stage.querySelector("time")?.remove(); }
    set(stages[0], "running");
    note.textContent = "Sending";
  };
  const reached = (name, ms) => {
    const at = stages.findIndex((stage) => stage.dataset.stage === name);
    if (at < 0) return;
    for (const stage of stages.slice(0, at + 1)) set(stage, "done");
    if (stages[at + 1]) set(stages[at + 1], "running");
    const time = document.createElement("time");
    time.textContent = ms < 1 ? "<1 ms" : `${Math.round(ms)} ms`;
    stages[at].append(time);
  };
  const failed = (why) => {
    for (const stage of stages) if (stage.dataset.state === "running") set(stage, "failed");
    note.textContent = why;
    bifocal.toast(why, "bad");
  };
  const finished = (html) => {
    for (const stage of stages) set(stage, "done");
    note.textContent = "Done. Nothing was stored.";
    result.innerHTML = html; // our own server's page part, escaped there
    for (const image of result.querySelectorAll("img[data-media]"))
      image.src = shown[Number(image.dataset.media)] ?? "";
    result.focus({ preventScroll: true });
    result.scrollIntoView({ block: "start" });
  };
  const take = (line) => {
    if ("html" in line) finished(line.html);
    else if ("problem" in line) failed(line.problem);
    else if (line.stage === "started") note.textContent = "Analysing";
    else reached(line.stage, line.ms);
  };
  const follow = async (body) => {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    let ended = false;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines.filter(Boolean).map((each) => JSON.parse(each))) {
        ended ||= "html" in line || "problem" in line;
        take(line);
      }
    }
    if (!ended) throw new Error("The connection broke off. Try again.");
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!chosen.length && !text.value.trim()) {
      bifocal.toast("Choose a picture or type some words first.");
      return;
    }
    running?.abort();
    const mine = running = new AbortController();
    const data = new FormData();
    for (const { file } of chosen) data.append("image", file, file.name);
    data.append("text", text.value);
    for (const url of shown) if (!chosen.some((each) => each.url === url)) URL.revokeObjectURL(url);
    shown = chosen.map(({ url }) => url);
    result.replaceChildren();
    reset();
    go.disabled = true;
    try {
      const reply = await bifocal.send("/analyze/stream", { method: "POST", body: data, signal: mine.signal });
      await follow(reply.body);
    } catch (error) {
      if (error.name !== "AbortError") failed(error.message);
    } finally {
      if (running === mine) { go.disabled = false; running = null; }
    }
  });
})();
