// Plays the customer: sends what is written and shows the thread, asked for anew every second.
"use strict";

const WORDS = {
  zh: {
    button: "English",
    sent: "已发送",
    failed: "没有发出去：",
    noPost: "公众号没有公开的帖子，请改用评论或私信。",
  },
  en: {
    button: "中文",
    sent: "Sent",
    failed: "Not sent: ",
    noPost: "An official account has no public posts; use a comment or a message.",
  },
};
const PATHS = { post: "post", comment: "comment", dm: "message" };
const EVERY = 1000;

const byId = (id) => document.getElementById(id);
let language = "zh";
let shown = "";

function speak(next) {
  language = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-zh]")) {
    node.textContent = node.dataset[next];
  }
  byId("language").textContent = WORDS[next].button;
}

function notice(text, problem = false) {
  byId("notice").textContent = text;
  byId("notice").classList.toggle("problem", problem);
}

function allowedKinds() {
  const platform = byId("account").selectedOptions[0].dataset.platform;
  const post = byId("kind").querySelector("option[value=post]");
  post.disabled = platform === "wechat";
  if (post.disabled && byId("kind").value === "post") {
    byId("kind").value = "dm";
  }
}

async function send(event) {
  event.preventDefault();
  const kind = byId("kind").value;
  const body = { account: byId("account").value, customer: byId("customer").value.trim(), text: byId("text").value };
  try {
    const response = await fetch(`/_control/customer/${PATHS[kind]}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(answer.error);
    }
    byId("text").value = "";
    notice(WORDS[language].sent);
    pointTo(body.text);
    await refresh();
  } catch (problem) {
    notice(WORDS[language].failed + problem.message, true);
  }
}

/** The console's stream, asked for these words: the verdict stands there, and the request once there is one. */
function pointTo(text) {
  const words = text.split("\n")[0].trim().slice(0, 40);
  const home = document.body.dataset.console;
  byId("found").hidden = !home || !words;
  byId("find").href = `${home}/listener?${new URLSearchParams({ q: words })}`;
}

function draw(messages) {
  const list = byId("thread");
  list.replaceChildren(...messages.map(bubble));
  byId("empty").hidden = messages.length > 0;
}

function bubble(message) {
  const item = document.createElement("li");
  item.className = "message";
  item.dataset.testid = "message";
  item.dataset.from = message.from;
  item.dataset.id = message.id;
  const who = document.createElement("span");
  who.className = "who";
  const time = new Date(message.at * 1000).toLocaleTimeString(language === "zh" ? "zh-CN" : "en-GB");
  who.textContent = `${message.name} · ${time}`;
  const said = document.createElement("span");
  said.className = "said";
  said.textContent = message.text;
  item.append(who, said, ...(message.files ?? []).map(file));
  return item;
}

function file({ url, kind }) {
  const address = new URL(url).pathname;
  const shown = document.createElement(kind === "image" ? "img" : "a");
  shown.className = "file";
  shown.dataset.testid = "file";
  if (kind === "image") {
    shown.src = address;
    shown.alt = language === "zh" ? "图片" : "Picture";
  } else {
    shown.href = address;
    shown.textContent = kind;
  }
  return shown;
}

async function refresh() {
  const customer = byId("customer").value.trim();
  if (!customer) {
    return;
  }
  const query = new URLSearchParams({ account: byId("account").value, customer, kind: byId("kind").value });
  const response = await fetch(`/_control/customer/thread?${query}`);
  if (!response.ok) {
    return;
  }
  const text = await response.text();
  if (text !== shown) {
    shown = text;
    draw(JSON.parse(text).messages);
  }
}

function start() {
  byId("write").addEventListener("submit", send);
  byId("language").addEventListener("click", () => speak(language === "zh" ? "en" : "zh"));
  for (const id of ["customer", "account", "kind"]) {
    byId(id).addEventListener("change", () => {
      allowedKinds();
      refresh().catch(() => undefined);
    });
  }
  allowedKinds();
  setInterval(() => refresh().catch(() => undefined), EVERY);
  refresh().catch(() => undefined);
}

start();
