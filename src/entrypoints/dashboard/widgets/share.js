// A link to this page. The facts go into it only if the person ticks the box, and stay behind its "#".
export default {
  template: `
    <details class="share" ref="details" @keydown.escape="close">
      <summary class="btn" ref="summary">{{ words.open }}</summary>
      <div class="share-body">
        <label class="check"><input type="checkbox" v-model="personal" /> <span>{{ words.personal }}</span></label>
        <p class="hint" id="share-means">{{ personal ? words.shows : words.hides }}</p>
        <label for="share-link">{{ words.link }}</label>
        <div class="share-link">
          <span class="box"><input id="share-link" type="text" readonly :value="link" aria-describedby="share-means"
                                   ref="link" @focus="$refs.link.select()" /></span>
          <button type="button" class="btn" @click="copy">{{ words.copy }}</button>
        </div>
        <p role="status" class="saved">{{ said }}</p>
      </div>
    </details>`,
  props: ["words", "facts"],
  data() {
    return { personal: false, said: "" };
  },
  computed: {
    link() {
      return location.origin + location.pathname + (this.personal ? "#" + new URLSearchParams(this.facts) : "");
    },
  },
  watch: {
    link() {
      this.said = "";
    },
  },
  methods: {
    close() {
      this.$refs.details.open = false;
      this.$refs.summary.focus();
    },
    async copy() {
      try {
        await navigator.clipboard.writeText(this.link);
        this.said = this.words.copied;
      } catch {
        // browsers give no clipboard to a page without https: the link is marked, to be copied by hand
        this.$refs.link.focus();
        this.said = this.words.byHand;
      }
    },
  },
};
