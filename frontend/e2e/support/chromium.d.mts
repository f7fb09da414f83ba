export const CHROMIUM_FLAGS: string[];
export function systemChromium(): string | undefined;
