/** Loads the application anew, so that nothing of what it holds in memory is left. */
export function openAnew(path: string): void {
  window.location.assign(path);
}
