import { screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { show } from '@/testing/render';
import { PresetTabs, presetOf, withPreset } from './Presets';

const PRESETS = {
  all: {},
  open: { signed: 'false' },
  soon: { status: ['signe', 'actif'], date_fin__lte: 'today+90d' },
} as const;

describe('presets', () => {
  it('are known again by the filters they set, whatever else is filtered', () => {
    expect(presetOf(PRESETS, { q: 'acme', owner_id: 'me' })).toBe('all');
    expect(presetOf(PRESETS, { signed: 'false', owner_id: 'me' })).toBe('open');
    expect(presetOf(PRESETS, { status: ['signe', 'actif'], date_fin__lte: 'today+90d' })).toBe('soon');
  });

  it('are none of them when the user changed a filter they set', () => {
    expect(presetOf(PRESETS, { signed: 'true' })).toBeNull();
    expect(presetOf(PRESETS, { status: 'signe', date_fin__lte: 'today+90d' })).toBeNull();
  });

  it('replace each other and leave the other filters', () => {
    const soon = withPreset(PRESETS, { signed: 'false', owner_id: 'me' }, 'soon');
    expect(soon).toEqual({ owner_id: 'me', status: ['signe', 'actif'], date_fin__lte: 'today+90d' });
    expect(withPreset(PRESETS, soon, 'all')).toEqual({ owner_id: 'me' });
  });

  it('are chosen with a click', async () => {
    const onSearch = vi.fn();
    const { user } = await show(
      <PresetTabs
        presets={PRESETS}
        label="Vues"
        labelOf={(name) => name}
        search={{ q: 'acme' }}
        onSearch={onSearch}
      />,
    );

    await user.click(await screen.findByRole('tab', { name: 'open' }));

    expect(onSearch).toHaveBeenCalledWith({ q: 'acme', signed: 'false' });
  });
});
