"use strict";

// ---- what is asked, and the order of films; no page needed

const SCALE = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

const QUESTIONS = [
  {
    key: "fluency",
    question: "How well do you understand ASL?",
    choices: {
      learning: "I am learning",
      conversation: "I can hold an everyday conversation",
      fluent: "I am fluent",
      native: "ASL is my first language, or one of them",
    },
  },
  {
    key: "since",
    question: "When did you start to sign ASL?",
    choices: { early: "Before I was 6", school: "Between 6 and 17", adult: "At 18 or later" },
  },
  {
    key: "identity",
    question: "Do any of these describe you? You can choose several, or none.",
    several: true,
    choices: {
      deaf: "Deaf",
      hard_of_hearing: "Hard of hearing",
      deafblind: "DeafBlind",
      coda: "Child of Deaf adults (CODA)",
      hearing: "Hearing",
      interpreter: "ASL interpreter",
      teacher: "ASL teacher",
    },
  },
];

/** Numbers in [0, 1) from a 32-bit seed (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A list in random order (Fisher and Yates). */
function shuffled(list, random) {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j], out[i]];
  }
  return out;
}

/** The beginning of a session. `number` is 32 random bits; `wanted` is a group from 1 on, or nothing. */
function session(study, number, wanted) {
  const random = generator(number);
  const drawn = Math.floor(random() * study.groups.length);
  const given = Number.parseInt(wanted, 10);
  const group = given >= 1 && given <= study.groups.length ? given - 1 : drawn;
  return {
    format: "nsa-study-answers 1",
    study: study.study,
    participant: number.toString(16).padStart(8, "0"),
    group,
    order: [study.practice, ...shuffled(study.groups[group], random)],
    consent: false,
    background: {},
    place: "about",
    draft: null,
    answers: [],
    comment: "",
  };
}

/** What is saved in the file. */
function answersOf(state, study) {
  const { format, participant, group, consent, background, comment } = state;
  const answers = state.answers.filter((answer) => answer.film !== study.practice);
  const practice = state.answers.find((answer) => answer.film === study.practice) ?? null;
  const complete = state.answers.length === state.order.length;
  return { format, study: study.study, participant, group, consent, complete, background, practice, answers, comment };
}

// ---- the page

function start() {
  const study = JSON.parse(document.getElementById("study").textContent);
  const films = JSON.parse(document.getElementById("films").textContent);
  const KEY = `nsa-study-${study.study}`;
  const main = document.getElementById("main");
  let kept = true;
  let state = load() ?? fresh();
  let url = null;

  function fresh() {
    const number = crypto.getRandomValues(new Uint32Array(1))[0];
    return session(study, number, new URLSearchParams(location.search).get("group"));
  }

  function load() {
    try {
      return JSON.parse(localStorage.getItem(KEY));
    } catch {
      kept = false;
      return null;
    }
  }

  function save() {
    try {
      localStorage.setItem(KEY, JSON.stringify(state));
    } catch {
      kept = false;
    }
  }

  function el(tag, properties = {}, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  function show(title, ...children) {
    save();
    if (url) URL.revokeObjectURL(url);
    url = null;
    const heading = el("h1", { tabIndex: -1 }, title);
    const warning = el("p", { className: "problem" }, "Your browser does not keep answers. Do not close this page before you save.");
    main.replaceChildren(heading, ...(kept ? [] : [warning]), ...children);
    window.scrollTo(0, 0);
    heading.focus();
  }

  function button(label, action, className = "") {
    const node = el("button", { type: "button", className, id: className ? "" : "next" }, label);
    node.addEventListener("click", action);
    return node;
  }

  function problem() {
    return el("p", { className: "problem", role: "alert" });
  }

  function scale(key, question, low, high) {
    const cells = SCALE.map((value) => {
      const input = el("input", { type: "radio", name: key, value, checked: state.draft[key] === value });
      input.addEventListener("change", () => {
        state.draft[key] = value;
        save();
      });
      return el("label", {}, input, String(value));
    });
    const ends = el("div", { className: "ends" }, el("span", {}, `0: ${low}`), el("span", {}, `10: ${high}`));
    return el("fieldset", {}, el("legend", {}, question), el("div", { className: "scale" }, ...cells), ends);
  }

  function writing(label, value, change) {
    const area = el("textarea", { id: "writing", value, autocomplete: "off", spellcheck: false });
    area.addEventListener("input", () => {
      change(area.value);
      save();
    });
    return [el("label", { className: "block", htmlFor: "writing" }, label), area];
  }

  // about and consent

  function about() {
    const agree = el("input", { type: "checkbox", id: "agree", checked: state.consent });
    agree.addEventListener("change", () => {
      state.consent = agree.checked;
    });
    const trouble = problem();
    const count = state.order.length - 1;
    show(
      "How clear is this signing?",
      el("p", {}, "We are building software that turns English into American Sign Language (ASL). Only people who know ASL can say if it works. Please help us to find out."),
      el("p", {}, "The figure in the films is made by computer. Different methods made the films. Nobody who is Deaf has reviewed the signing. It can be wrong, strange or hard to understand. We do not test you. We test the films."),
      el("ul", {},
        el("li", {}, `You see ${count} short films, and one for practice. It takes about ${study.minutes} minutes.`),
        el("li", {}, "For each film you write what you understood and give points from 0 to 10. You can write English words or ASL gloss."),
        el("li", {}, "You can watch each film as often as you like. The films have no sound."),
        el("li", {}, "You can stop at any time, without giving a reason. You can close the page and go on later on this computer."),
        el("li", {}, "Your answers stay on this computer. They reach us only if you save them in a file at the end and send us that file."),
        el("li", {}, "We do not ask for your name. We use the answers to compute average scores, and we may publish those.")),
      el("p", {}, study.contact ? `Questions? ${study.contact}` : "Questions? Ask the person who gave you this page."),
      el("label", { className: "choice" }, agree, "I am 18 or older. I have read this and I want to take part."),
      trouble,
      el("div", { className: "row" }, button("Start", () => {
        if (!state.consent) {
          trouble.textContent = "Please tick the box first, or close the page if you do not want to take part.";
          agree.focus();
          return;
        }
        go("background");
      })),
    );
  }

  function background() {
    const blocks = QUESTIONS.map(({ key, question, choices, several }) => {
      const rows = Object.entries(several ? choices : { ...choices, unsaid: "I prefer not to say" });
      const options = rows.map(([value, label]) => {
        const now = state.background[key];
        const input = el("input", {
          type: several ? "checkbox" : "radio",
          name: key,
          value,
          checked: several ? (now ?? []).includes(value) : now === value,
        });
        input.addEventListener("change", () => {
          const picked = [...main.querySelectorAll(`input[name=${key}]:checked`)].map((node) => node.value);
          state.background[key] = several ? picked : picked[0];
          save();
        });
        return el("label", { className: "choice" }, input, label);
      });
      return el("fieldset", {}, el("legend", {}, question), ...options);
    });
    show(
      "About you",
      el("p", {}, "All questions on this page are optional. They help us to understand whose answers we have."),
      ...blocks,
      el("div", { className: "row" }, button("Go on", () => go(0))),
    );
  }

  // one film

  function film(id) {
    const video = el("video", { controls: true, muted: true, playsInline: true, preload: "auto", id: "film" });
    video.disableRemotePlayback = true;
    video.setAttribute("aria-label", "Film of a figure signing");
    if (films[id]) {
      const bytes = Uint8Array.from(atob(films[id]), (c) => c.charCodeAt(0));
      queueMicrotask(() => {
        url = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
        video.src = url;
      });
    } else {
      video.src = `films/${id}.mp4`;
    }
    const draft = state.draft;
    video.addEventListener("ended", () => {
      draft.plays += 1;
      save();
    });
    const play = button("Play from the start", () => {
      video.currentTime = 0;
      video.play();
    }, "plain");
    return el("div", { className: "film" }, video, el("div", { className: "row" }, play));
  }

  function heading(place) {
    return place === 0 ? "Practice film" : `Film ${place} of ${state.order.length - 1}`;
  }

  function item(place) {
    const id = state.order[place];
    if (state.draft?.film !== id) {
      state.draft = { film: id, understood: "", naturalness: null, alignment: null, plays: 0, skipped: false, revealed: false };
    }
    const bar = el("progress", { max: state.order.length, value: place });
    bar.setAttribute("aria-label", "How far you are");
    (state.draft.revealed ? reveal : watch)(place, id, bar);
  }

  function watch(place, id, bar) {
    const draft = state.draft;
    const trouble = problem();
    const intro = place === 0 ? [el("p", {}, "This film is for practice. It spells one word, letter by letter.")] : [];
    show(
      heading(place), bar, ...intro, film(id),
      ...writing("What did you understand? Write English or gloss. Leave it empty if you understood nothing.",
        draft.understood, (value) => { draft.understood = value; }),
      scale("naturalness", "How natural is the signing?", "not natural at all", "like a fluent signer"),
      trouble,
      el("div", { className: "row" },
        button("Show what it means", () => {
          if (draft.plays === 0) {
            trouble.textContent = "Please watch the film to its end at least once.";
          } else if (draft.naturalness === null) {
            trouble.textContent = "Please choose a number from 0 to 10.";
          } else {
            draft.revealed = true;
            item(place);
          }
        }),
        button("The film does not play: skip it", () => {
          draft.skipped = true;
          next(place);
        }, "plain"),
        button("Stop here", () => go("end"), "plain")),
      el("p", { className: "note" }, "After you go on, you cannot change what you wrote."),
    );
  }

  function reveal(place, id, bar) {
    const draft = state.draft;
    const trouble = problem();
    show(
      heading(place), bar,
      el("p", { className: "note" }, "The film should say:"),
      el("p", { className: "text", id: "text" }, study.texts[id]),
      el("p", { className: "note" }, draft.understood.trim() ? `You wrote: ${draft.understood}` : "You wrote nothing."),
      film(id),
      scale("alignment", "How well does the signing match this sentence?", "it says something else", "it says exactly this"),
      trouble,
      el("div", { className: "row" }, button(place + 1 < state.order.length ? "Next film" : "Finish", () => {
        if (draft.alignment === null) {
          trouble.textContent = "Please choose a number from 0 to 10.";
        } else {
          next(place);
        }
      })),
    );
  }

  function next(place) {
    const { film: id, understood, naturalness, alignment, plays, skipped } = state.draft;
    state.answers.push(skipped ? { film: id, skipped } : { film: id, understood, naturalness, alignment, plays, skipped });
    state.draft = null;
    go(place + 1);
  }

  // saving

  function end() {
    const link = () => {
      const text = JSON.stringify(answersOf(state, study), null, 1);
      const target = URL.createObjectURL(new Blob([text], { type: "application/json" }));
      el("a", { href: target, download: `answers-${state.participant}.json` }).click();
      setTimeout(() => URL.revokeObjectURL(target), 10000);
    };
    const copy = el("textarea", { readOnly: true, id: "copy", value: JSON.stringify(answersOf(state, study)) });
    const update = (value) => {
      state.comment = value;
      copy.value = JSON.stringify(answersOf(state, study));
    };
    const open = state.answers.length < state.order.length;
    const back = button("Go on with the films", () => go(state.answers.length), "plain");
    show(
      "Thank you",
      el("p", {}, `${open ? "" : "That was the last film. "}Please save your answers now, and send the file to the person who gave you this page.`),
      ...(open ? [el("p", {}, "You have not seen all films. Answers that you save now help us too."), back] : []),
      ...writing("Is there anything you want to tell us? (optional)", state.comment, update),
      el("div", { className: "row" }, button("Save my answers", link)),
      el("details", {}, el("summary", {}, "Saving does not work?"),
        el("label", { className: "block", htmlFor: "copy" }, "Copy this text and send it instead:"), copy),
      el("div", { className: "row" }, button("Delete my answers from this computer", () => {
        if (confirm("Delete your answers from this computer? Files that you saved stay.")) {
          localStorage.removeItem(KEY);
          state = fresh();
          go("about");
        }
      }, "plain")),
    );
  }

  function go(place) {
    state.place = place;
    if (place === "about") about();
    else if (place === "background") background();
    else if (place === "end" || place >= state.order.length) end();
    else item(place);
  }

  go(state.place);
}

if (typeof document !== "undefined") start();
if (typeof module !== "undefined") module.exports = { QUESTIONS, generator, shuffled, session, answersOf };
