// The menu, the language and the theme. The theme is kept in this browser; head.js applied it before the first paint.
export default {
  template: `
    <button type="button" class="menu-button" :aria-expanded="open" aria-controls="menu" ref="button" @click="open = !open">
      {{ menu }}
    </button>
    <div id="menu" class="menu" :class="{ open }" >
      <nav :aria-label="pages">
        <a v-for="[path, text, here] in links" :key="path" :href="path" :aria-current="here ? 'page' : null">{{ text }}</a>
      </nav>
      <div class="switches">
        <button type="button" class="language" :lang="language" @click="speak">{{ languageName }}</button>
        <label>
          <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="2" />
            <path d="M10 2a8 8 0 0 1 0 16z" fill="currentColor" />
          </svg>
          <span class="veiled">{{ theme }}</span>
          <span class="select">
            <select v-model="chosen">
              <option v-for="[value, text] in themes" :key="value" :value="value">{{ text }}</option>
            </select>
          </span>
        </label>
      </div>
    </div>`,
  props: ["menu", "pages", "links", "language", "languageName", "theme", "themes", "root"],
  data() {
    return { open: false, chosen: document.documentElement.dataset.theme };
  },
  watch: {
    chosen(theme) {
      localStorage.setItem("theme", theme);
      this.paint();
    },
  },
  mounted() {
    this.paint();
    addEventListener("keydown", this.escape);
  },
  unmounted() {
    removeEventListener("keydown", this.escape);
  },
  methods: {
    paint() {
      document.documentElement.dataset.theme = this.chosen;
      setDark({ light: false, dark: true }[this.chosen] ?? null);
    },
    speak() {
      document.cookie = `language=${this.language};path=${this.root};max-age=31536000;samesite=lax`;
      location.reload();
    },
    escape(event) {
      // wherever the focus is, unless a dialog lies over the page and takes the key itself
      if (event.key !== "Escape" || !this.open || document.querySelector("dialog[open]")) return;
      this.open = false;
      this.$refs.button.focus();
    },
  },
};
