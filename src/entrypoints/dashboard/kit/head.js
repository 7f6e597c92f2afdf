// Runs before the first paint.
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "system";
