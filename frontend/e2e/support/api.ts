import { randomUUID } from 'node:crypto';
import { type APIRequestContext, type APIResponse, expect } from '@playwright/test';

export interface Credentials {
  login: string;
  password: string;
}

// The demo users of the local cloud.
export const ADMIN: Credentials = { login: 'admin@alforis.com', password: 'admin123' };
export const SALES: Credentials = { login: 'user@alforis.com', password: 'user123' };

const PASSWORD = 'Quatre chevaux verts, 1 lanterne';

export type Json = Record<string, unknown> & { id: string };

/** A name that no other test of this run or an earlier one uses. */
export function unique(name: string): string {
  return `${name} ${randomUUID().slice(0, 8)}`;
}

/** The API over HTTP, to prepare what a test looks at. Anything but success fails the test. */
export class Api {
  private constructor(
    private readonly request: APIRequestContext,
    private readonly token: string,
    readonly user: Json,
  ) {}

  static async logIn(request: APIRequestContext, { login, password }: Credentials): Promise<Api> {
    const answer = await request.post('/api/v1/auth/login', { data: { login, password } });
    expect(answer.status(), await answer.text()).toBe(200);
    const tokens = await answer.json();
    return new Api(request, tokens.access_token, tokens.user);
  }

  async get(path: string): Promise<Json> {
    return this.body(await this.request.get(`/api/v1${path}`, { headers: this.headers() }));
  }

  async post(path: string, data: unknown): Promise<Json> {
    const headers = { ...this.headers(), 'Idempotency-Key': randomUUID() };
    return this.body(await this.request.post(`/api/v1${path}`, { headers, data }));
  }

  /** `version` is the one the change starts from. */
  async patch(path: string, version: number, data: unknown): Promise<Json> {
    const headers = { ...this.headers(), 'If-Match': `"${version}"` };
    return this.body(await this.request.patch(`/api/v1${path}`, { headers, data }));
  }

  /** Wait until everybody's lists show the record: they follow a write within seconds. */
  async awaitListed(path: string, id: string): Promise<void> {
    await expect
      .poll(async () => ((await this.get(path)).items as Json[]).map((item) => item.id), { timeout: 30_000 })
      .toContain(id);
  }

  /** A new user with the role, in the administrator's team, who accepted the invitation. */
  async newUser(role: string): Promise<Credentials> {
    const name = `e2e-${randomUUID().slice(0, 8)}`;
    const login = `${name}@example.com`;
    const team_id = this.user.team_id;
    await this.post('/users', {
      email: login,
      username: name,
      role,
      team_id,
      first_name: 'Nora',
      last_name: 'Nouvelle',
      locale: 'fr',
    });
    const token = await this.mailedToken(login, 'invitation');
    const accepted = await this.request.post('/api/v1/auth/accept-invitation', {
      headers: { 'Idempotency-Key': randomUUID() },
      data: { token, password: PASSWORD },
    });
    expect(accepted.status(), await accepted.text()).toBe(204);
    return { login, password: PASSWORD };
  }

  /** The one-time token in the newest mail to the address that links to this page of the product. */
  async mailedToken(address: string, page: string): Promise<string> {
    let found: string | undefined;
    await expect
      .poll(async () => (found = await this.newestToken(address, page)), { timeout: 30_000 })
      .toBeTruthy();
    return String(found);
  }

  private async newestToken(address: string, page: string): Promise<string | undefined> {
    const { messages } = await (await this.request.get('/mailbox.json')).json();
    const texts = (messages as { To: string[]; BodyText: string }[])
      .filter((mail) => mail.To.includes(address) && mail.BodyText.includes(`/${page}`))
      .map((mail) => mail.BodyText);
    return texts.at(-1)?.match(/#token=([\w.~-]+)/)?.[1];
  }

  private headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.token}` };
  }

  private async body(answer: APIResponse): Promise<Json> {
    expect(answer.ok(), `${answer.url()}: ${answer.status()} ${await answer.text()}`).toBe(true);
    return answer.status() === 204 ? ({} as Json) : answer.json();
  }
}
