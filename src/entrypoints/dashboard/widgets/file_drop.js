// A file that is dropped or chosen goes to an address of ours; what came of it, the server shows.
export default {
  template: `
    <div class="drop" :class="{ over }" @dragover.prevent="over = true" @dragleave="over = false" @drop.prevent="dropped">
      <svg viewBox="0 0 24 24" width="36" height="36" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2">
        <path d="M12 16V4m0 0L7 9m5-5 5 5M4 15v4a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-4" />
      </svg>
      <p class="drop-lead">{{ texts.drop }}</p>
      <label class="btn primary">
        <input class="veiled" type="file" accept=".csv,.tsv,.txt,.xlsx,.parquet" :disabled="share !== null"
          :aria-describedby="'drop-limits'" @change="chosen" />
        {{ texts.choose }}
      </label>
      <p class="hint" id="drop-limits">{{ texts.limits }}</p>
      <p v-if="share !== null" class="sending">
        <progress :aria-label="texts.sending" max="100" :value="share"></progress> {{ texts.sending }} {{ share }} %
      </p>
      <p class="error" role="alert">{{ error }}</p>
    </div>`,
  props: ["to", "most", "texts"],
  data() {
    return { over: false, share: null, error: "" };
  },
  mounted() {
    Quasar.LoadingBar.setDefaults({ hijackFilter: () => false }); // it would show a second progress bar, without a name
    for (const kind of ["dragover", "drop"]) addEventListener(kind, this.hold);
  },
  unmounted() {
    for (const kind of ["dragover", "drop"]) removeEventListener(kind, this.hold);
  },
  methods: {
    hold(event) {
      event.preventDefault(); // dropped beside the box, a file would be opened in place of the page
      if (!event.target.closest(".drop")) event.dataTransfer.dropEffect = "none";
    },
    chosen(event) {
      this.send(event.target.files[0]);
      event.target.value = "";
    },
    dropped(event) {
      this.over = false;
      if (event.dataTransfer.files.length > 1) this.error = this.texts.one;
      else this.send(event.dataTransfer.files[0]);
    },
    send(file) {
      if (!file || this.share !== null) return;
      this.error = file.size > this.most ? this.texts.large : "";
      if (this.error) return;
      const request = new XMLHttpRequest();
      request.upload.onprogress = (sent) => (this.share = Math.round((100 * sent.loaded) / sent.total));
      request.onloadend = () => {
        this.share = null;
        const said = { 413: this.texts.large, 503: this.texts.busy };
        if (request.status !== 204) this.error = said[request.status] ?? this.texts.unsent;
      };
      this.share = 0;
      request.open("PUT", `${this.to}?name=${encodeURIComponent(file.name)}`);
      request.send(file);
    },
  },
};
