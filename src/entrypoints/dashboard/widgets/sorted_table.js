// A table whose headers sort and whose rows open. Arrow keys go from row to row; the focus never falls out of it.
const WIDTHS = { wide: matchMedia("(min-width: 992px)"), wider: matchMedia("(min-width: 1200px)") };

export default {
  template: `
    <div class="table-frame" tabindex="-1" ref="frame" :aria-busy="busy">
      <table class="sorted">
        <caption class="veiled">{{ caption }}</caption>
        <thead>
          <tr>
            <th v-for="column in columns" :key="column.key" scope="col" :class="column.classes" :aria-sort="direction(column)">
              <button v-if="column.sorts" type="button" @click="$emit('sort', column.key)">
                {{ column.text }}
                <svg viewBox="0 0 10 14" width="10" height="14" aria-hidden="true">
                  <path v-if="order.by !== column.key || order.rising" d="M5 1 9 6H1z" fill="currentColor" />
                  <path v-if="order.by !== column.key || !order.rising" d="M5 13 1 8h8z" fill="currentColor" />
                </svg>
              </button>
              <template v-else>{{ column.text }}</template>
            </th>
          </tr>
        </thead>
        <tbody @keydown.down.prevent="step($event, 1)" @keydown.up.prevent="step($event, -1)">
          <template v-for="row in rows" :key="row.id">
            <tr>
              <th scope="row">
                <button type="button" class="open" @click="$emit('open', row.id)">
                  {{ row.cells[0] }}<span class="veiled">: {{ details }}</span>
                </button>
              </th>
              <td v-for="(column, place) in columns.slice(1)" :key="column.key" :class="column.classes">
                {{ row.cells[place + 1] }}
              </td>
            </tr>
            <tr v-if="hidden.length" class="rest">
              <td :colspan="columns.length">
                <details>
                  <summary>{{ rest }}<span class="veiled">: {{ row.cells[0] }}</span></summary>
                  <dl class="rows pairs">
                    <div v-for="place in hidden" :key="place"><dt>{{ columns[place].text }}</dt><dd>{{ row.cells[place] }}</dd></div>
                  </dl>
                </details>
              </td>
            </tr>
          </template>
        </tbody>
      </table>
    </div>`,
  props: ["caption", "columns", "rows", "order", "details", "rest", "busy"],
  emits: ["sort", "open"],
  data() {
    return { shown: [] };
  },
  computed: {
    hidden() {
      // the columns that the style sheet hides at this width: a row below each row holds them
      return this.columns.flatMap((column, place) =>
        column.classes.split(" ").some((name) => name === "below" || (name in WIDTHS && !this.shown.includes(name))) ? [place] : [],
      );
    },
  },
  mounted() {
    for (const width of Object.values(WIDTHS)) width.addEventListener("change", this.measure);
    this.measure();
  },
  unmounted() {
    for (const width of Object.values(WIDTHS)) width.removeEventListener("change", this.measure);
  },
  watch: {
    rows: {
      flush: "pre",
      handler() {
        const held = this.$el.contains(document.activeElement);
        this.$nextTick(() => {
          if (held && !this.$el.contains(document.activeElement)) this.$refs.frame.focus();
        });
      },
    },
  },
  methods: {
    measure() {
      this.shown = Object.keys(WIDTHS).filter((name) => WIDTHS[name].matches);
    },
    direction(column) {
      if (!column.sorts) return null;
      if (this.order.by !== column.key) return "none";
      return this.order.rising ? "ascending" : "descending";
    },
    step(event, by) {
      const buttons = [...this.$el.querySelectorAll(".open")];
      buttons[buttons.indexOf(event.target) + by]?.focus();
    },
  },
};
