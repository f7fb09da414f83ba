import { expect, type Page } from '@playwright/test';

/** Collects what no page may do: break the content security policy, log an error, throw, ask another origin, fail. */
export class Guard {
  private readonly seen: string[] = [];
  private readonly expected: RegExp[] = [];

  /** What matches is expected in this test: `guard.allow(/^503 GET .*search/)`. */
  allow(pattern: RegExp): void {
    this.expected.push(pattern);
  }

  noticed(): readonly string[] {
    return this.seen;
  }

  async watch(page: Page): Promise<void> {
    await page.exposeBinding('reportViolation', (_, violation: string) => this.note(violation));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
        const report = `policy violation: ${effectiveDirective} ${blockedURI} at ${sourceFile}:${lineNumber}`;
        (window as unknown as { reportViolation: (text: string) => void }).reportViolation(report);
      });
    });
    page.on('pageerror', (error) => this.note(`uncaught: ${error.message}`));
    page.on('console', (message) => {
      // The browser logs each answer of 400 and above; whether one is right is the test's to say, or a 5xx below.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
      this.note(`console: ${message.text()}`);
    });
    page.on('response', (answer) => {
      if (answer.status() >= 500)
        this.note(`${answer.status()} ${answer.request().method()} ${answer.url()}`);
    });
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (/^(https?|wss?):$/.test(protocol) && hostname !== 'localhost')
        this.note(`request elsewhere: ${request.url()}`);
    });
  }

  expectNothing(): void {
    const unexpected = this.seen.filter((event) => !this.expected.some((pattern) => pattern.test(event)));
    expect(unexpected, 'the page did what no page may do').toEqual([]);
  }

  private note(event: string): void {
    this.seen.push(event);
  }
}
