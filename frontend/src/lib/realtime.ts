import { api, bodyOf } from './api/client';

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;
/** Below the ten minutes after which the gateway closes a silent connection. */
const PING_EVERY = 5 * 60_000;

export interface Listeners {
  /** Called at each connection: what was sent while there was none has to be asked for. */
  onOpen: () => void;
  onMessage: (message: { type: string } & Record<string, unknown>) => void;
}

/** How long to wait before the next attempt: doubling, and scattered so that not everybody comes back at once. */
export function waitBefore(attempt: number, random = Math.random()): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** attempt) * (0.5 + random / 2);
}

/** Keeps a WebSocket of the signed-in session open until the returned function is called. */
export function openChannel(listeners: Listeners): () => void {
  let socket: WebSocket | null = null;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ping: ReturnType<typeof setInterval> | undefined;
  let closed = false;

  const again = () => {
    clearInterval(ping);
    socket = null;
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(connect, waitBefore(attempt++));
  };

  const connect = async () => {
    let ticket: string;
    try {
      ({ ticket } = await bodyOf(api.POST('/v1/realtime/tickets')));
    } catch {
      // Whatever the reason (no network, no service), only another attempt can tell whether it is over.
      again();
      return;
    }
    if (closed) return;
    const opened = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws?ticket=${ticket}`);
    socket = opened;
    opened.onopen = () => {
      attempt = 0;
      ping = setInterval(() => opened.send('{"action":"ping"}'), PING_EVERY);
      listeners.onOpen();
    };
    opened.onmessage = (event) => listeners.onMessage(JSON.parse(String(event.data)));
    opened.onclose = again;
  };

  const backOnline = () => {
    if (socket) return;
    clearTimeout(timer);
    attempt = 0;
    void connect();
  };

  void connect();
  window.addEventListener('online', backOnline);
  return () => {
    closed = true;
    window.removeEventListener('online', backOnline);
    clearTimeout(timer);
    clearInterval(ping);
    socket?.close();
  };
}
