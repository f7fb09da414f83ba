import { HttpResponse, http } from 'msw';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { server } from '@/testing/server';
import { openChannel, waitBefore } from './realtime';

class FakeSocket {
  static made: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  sent: string[] = [];
  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.onclose?.();
  }
}

let tickets = 0;

beforeEach(() => {
  FakeSocket.made = [];
  tickets = 0;
  vi.stubGlobal('WebSocket', FakeSocket);
  server.use(
    http.post('*/api/v1/realtime/tickets', () =>
      HttpResponse.json({ ticket: `t${++tickets}`, expires_in: 30 }, { status: 201 }),
    ),
  );
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const made = (count: number) => vi.waitFor(() => expect(FakeSocket.made).toHaveLength(count), 4_000);

test('opens with a ticket, hands on messages, and says at each connection that there is something to catch up', async () => {
  const onOpen = vi.fn();
  const onMessage = vi.fn();
  const close = openChannel({ onOpen, onMessage });
  await made(1);
  const [first] = FakeSocket.made;

  expect(first?.url).toBe('ws://localhost:8080/ws?ticket=t1');
  first?.onopen?.();
  first?.onmessage?.({ data: '{"type":"notification","unread":2}' });
  expect(onOpen).toHaveBeenCalledTimes(1);
  expect(onMessage).toHaveBeenCalledWith({ type: 'notification', unread: 2 });

  first?.onclose?.();
  await made(2);
  expect(FakeSocket.made[1]?.url).toContain('ticket=t2');
  FakeSocket.made[1]?.onopen?.();
  expect(onOpen).toHaveBeenCalledTimes(2);
  close();
});

test('is not opened again once it was closed', async () => {
  const close = openChannel({ onOpen: vi.fn(), onMessage: vi.fn() });
  await made(1);
  FakeSocket.made[0]?.onopen?.();
  vi.useFakeTimers();

  close();

  await vi.advanceTimersByTimeAsync(120_000);
  expect(FakeSocket.made).toHaveLength(1);
});

test('tries again when there is no ticket', async () => {
  server.use(
    http.post('*/api/v1/realtime/tickets', () => new HttpResponse(null, { status: 503 }), { once: true }),
  );
  const close = openChannel({ onOpen: vi.fn(), onMessage: vi.fn() });

  await made(1);

  close();
});

test('waits longer each time, never beyond a minute, and never just the same', () => {
  expect([0, 1, 2, 3].map((attempt) => waitBefore(attempt, 1))).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(waitBefore(50, 1)).toBe(60_000);
  expect(waitBefore(2, 0)).toBe(2_000);
});
