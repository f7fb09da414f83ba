import { Checkbox, Chip, Group, Paper, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import './permissions.css';

export interface PermissionGridProps {
  label: string;
  resources: readonly string[];
  actions: readonly string[];
  held: ReadonlySet<string>;
  onChange: (held: Set<string>) => void;
  /** What may be given; everything else cannot be ticked. */
  givable: ReadonlySet<string>;
  readOnly?: boolean;
  /** A last column, for example the data scope. */
  extra?: { label: string; of: (resource: string) => ReactNode };
}

/**
 * Resources by actions. Arrow keys move between the boxes, of which one is in the tab order; row and column heads tick
 * and untick all that can be given there. On a phone each resource is a card.
 */
export function PermissionGrid(props: PermissionGridProps) {
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  return narrow ? <Cards {...props} /> : <Table {...props} />;
}

interface Toggle {
  checked: boolean;
  indeterminate: boolean;
  disabled: boolean;
  toggle: () => void;
}

/** One box for several permissions: it fills up first, and empties when it is full. */
function useToggles({ held, givable, onChange, readOnly }: PermissionGridProps) {
  return (permissions: string[]): Toggle => {
    const known = permissions.filter((permission) => givable.has(permission) || held.has(permission));
    const ticked = known.filter((permission) => held.has(permission)).length;
    const changeable = permissions.filter((permission) => givable.has(permission));
    const full = changeable.length > 0 && changeable.every((permission) => held.has(permission));
    return {
      checked: known.length > 0 && ticked === known.length,
      indeterminate: ticked > 0 && ticked < known.length,
      disabled: Boolean(readOnly) || changeable.length === 0,
      toggle: () => {
        const next = new Set(held);
        for (const permission of changeable) {
          if (full) next.delete(permission);
          else next.add(permission);
        }
        onChange(next);
      },
    };
  };
}

function Table(props: PermissionGridProps) {
  const { t } = useTranslation('administration');
  const { resources, actions, extra } = props;
  const togglesOf = useToggles(props);
  const [active, setActive] = useState({ row: 0, column: 0 });
  const body = useRef<HTMLTableElement>(null);
  const resourceName = (resource: string) =>
    t(`resources.${resource}` as never, { defaultValue: resource }) as string;
  const actionName = (action: string) => t(`actions.${action}` as never, { defaultValue: action }) as string;

  // Row 0 and column 0 are the heads.
  const moved = ({ key }: KeyboardEvent) => {
    const last = { row: resources.length, column: actions.length };
    switch (key) {
      case 'ArrowUp':
        return { ...active, row: Math.max(0, active.row - 1) };
      case 'ArrowDown':
        return { ...active, row: Math.min(last.row, active.row + 1) };
      case 'ArrowLeft':
        return { ...active, column: Math.max(0, active.column - 1) };
      case 'ArrowRight':
        return { ...active, column: Math.min(last.column, active.column + 1) };
      case 'Home':
        return { ...active, column: 0 };
      case 'End':
        return { ...active, column: last.column };
      default:
        return null;
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLInputElement) || event.target.type !== 'checkbox') return;
    const next = moved(event);
    if (!next) return;
    event.preventDefault();
    setActive(next);
    body.current?.querySelector<HTMLInputElement>(`[data-cell="${next.row}-${next.column}"]`)?.focus();
  };
  const box = (row: number, column: number, label: string, permissions: string[]) => {
    const { checked, indeterminate, disabled, toggle } = togglesOf(permissions);
    return (
      <Checkbox
        aria-label={label}
        checked={checked}
        indeterminate={indeterminate}
        onChange={() => !disabled && toggle()}
        // Kept focusable, so that the arrows do not lose their place: see `aria-disabled` rather than `disabled`.
        aria-disabled={disabled || undefined}
        data-off={disabled || undefined}
        tabIndex={active.row === row && active.column === column ? 0 : -1}
        onFocus={() => setActive({ row, column })}
        data-cell={`${row}-${column}`}
        size="sm"
        classNames={{ root: 'permission-box' }}
      />
    );
  };
  const all = resources.flatMap((resource) => actions.map((action) => `${resource}:${action}`));
  return (
    <div className="permission-scroll">
      <table className="permission-grid" aria-label={props.label} ref={body} onKeyDown={onKeyDown}>
        <thead>
          <tr>
            <th scope="col">
              <div className="permission-row-head">
                {box(0, 0, t('grid.everything'), all)}
                <span>{t('grid.resource')}</span>
              </div>
            </th>
            {actions.map((action, index) => (
              <th key={action} scope="col">
                <div className="permission-column-head">
                  <span>{actionName(action)}</span>
                  {box(
                    0,
                    index + 1,
                    t('grid.column', { action: actionName(action) }),
                    resources.map((resource) => `${resource}:${action}`),
                  )}
                </div>
              </th>
            ))}
            {extra ? <th scope="col">{extra.label}</th> : null}
          </tr>
        </thead>
        <tbody>
          {resources.map((resource, row) => (
            <tr key={resource}>
              <th scope="row">
                <div className="permission-row-head">
                  {box(
                    row + 1,
                    0,
                    t('grid.row', { resource: resourceName(resource) }),
                    actions.map((action) => `${resource}:${action}`),
                  )}
                  <span>{resourceName(resource)}</span>
                </div>
              </th>
              {actions.map((action, column) => (
                <td key={action}>
                  {props.givable.has(`${resource}:${action}`) || props.held.has(`${resource}:${action}`) ? (
                    box(
                      row + 1,
                      column + 1,
                      t('permission', { resource: resourceName(resource), action: actionName(action) }),
                      [`${resource}:${action}`],
                    )
                  ) : (
                    <span className="permission-none" title={t('grid.notYours')}>
                      –
                    </span>
                  )}
                </td>
              ))}
              {extra ? <td className="permission-extra">{extra.of(resource)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cards(props: PermissionGridProps) {
  const { t } = useTranslation('administration');
  const togglesOf = useToggles(props);
  return (
    <Stack gap="sm" role="group" aria-label={props.label}>
      {props.resources.map((resource) => {
        const name = t(`resources.${resource}` as never, { defaultValue: resource }) as string;
        const all = togglesOf(props.actions.map((action) => `${resource}:${action}`));
        const shown = props.actions.filter(
          (action) => props.givable.has(`${resource}:${action}`) || props.held.has(`${resource}:${action}`),
        );
        return (
          <Paper key={resource} withBorder p="sm" component="section" aria-label={name}>
            <Group justify="space-between" mb="xs" wrap="nowrap">
              <Text fw={600}>{name}</Text>
              <Checkbox
                label={t('grid.all')}
                labelPosition="left"
                checked={all.checked}
                indeterminate={all.indeterminate}
                disabled={all.disabled}
                onChange={all.toggle}
              />
            </Group>
            <Group gap={6}>
              {shown.map((action) => {
                const one = togglesOf([`${resource}:${action}`]);
                return (
                  <Chip
                    key={action}
                    size="sm"
                    variant="outline"
                    checked={one.checked}
                    disabled={one.disabled}
                    onChange={one.toggle}
                  >
                    {t(`actions.${action}` as never, { defaultValue: action })}
                  </Chip>
                );
              })}
            </Group>
            {props.extra ? (
              <Group mt="sm" gap="xs" wrap="nowrap">
                <Text size="sm" c="dimmed">
                  {props.extra.label}
                </Text>
                {props.extra.of(resource)}
              </Group>
            ) : null}
          </Paper>
        );
      })}
    </Stack>
  );
}
