// Runs before the first paint. What a person enters is kept in this tab of this browser only: it outlives a reload,
// a lost connection and a restart of the server, and ends with the tab.
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "system";

globalThis.tabStorage = {
  read: (name) => JSON.parse(sessionStorage.getItem("fact." + name)),
  write: (name, value) => sessionStorage.setItem("fact." + name, JSON.stringify(value)),
};

// What the small Vue files of fields share.
globalThis.field = {
  // the texts around a control, and which of them are read out with it
  described: {
    computed: {
      described() {
        return [this.error && this.name + "-error", this.help && this.name + "-help"].filter(Boolean).join(" ") || null;
      },
    },
    methods: {
      hint() {
        return this.help ? Vue.h("p", { class: "hint", id: this.name + "-help" }, this.help) : null;
      },
      wrong(more) {
        return this.error ? Vue.h("p", { class: "error", id: this.name + "-error", ...more }, this.error) : null;
      },
    },
  },
  // one of some options is chosen
  chosen: {
    data() {
      return { chosen: this.modelValue };
    },
    watch: {
      modelValue(value) {
        this.chosen = [value].flat()[0]; // what was emitted comes back as a list of arguments
      },
      chosen(value) {
        if (this.persistent) tabStorage.write(this.name, value);
        if (value !== [this.modelValue].flat()[0]) this.$emit("update:modelValue", value);
      },
    },
    mounted() {
      if (this.persistent) this.chosen = tabStorage.read(this.name) ?? this.chosen;
    },
  },
};

// A shared link may carry facts behind its "#", the part of an address that is never sent to a server.
function takeSharedFacts() {
  if (!location.hash.includes("=")) return false; // the name of a place on the page
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) tabStorage.write(name, value);
  history.replaceState(history.state, "", location.pathname + location.search);
  return true;
}
takeSharedFacts();
addEventListener("hashchange", () => takeSharedFacts() && location.reload());
