import { screen } from '@testing-library/react';
import { useState } from 'react';
import { expect, it } from 'vitest';
import { show } from '@/testing/render';
import { PermissionGrid } from './PermissionGrid';

const GIVABLE = ['people:read', 'people:update', 'tasks:read'];

function Held({ begin, readOnly }: { begin: string[]; readOnly?: boolean }) {
  const [held, setHeld] = useState<ReadonlySet<string>>(new Set(begin));
  return (
    <>
      <PermissionGrid
        label="Permissions"
        resources={['people', 'tasks']}
        actions={['read', 'update']}
        held={held}
        onChange={setHeld}
        givable={new Set(GIVABLE)}
        readOnly={readOnly}
      />
      <output>{[...held].sort().join(' ')}</output>
    </>
  );
}

const box = (name: string) => screen.getByRole('checkbox', { name });

it('ticks what can be given of a row or a column, and unticks it when all of it is', async () => {
  const { user } = await show(<Held begin={[]} />);
  await user.click(await screen.findByRole('checkbox', { name: 'Personnes : toutes les actions' }));
  expect(screen.getByRole('status')).toHaveTextContent('people:read people:update');
  await user.click(box('Consulter : toutes les ressources'));
  expect(screen.getByRole('status')).toHaveTextContent('people:read people:update tasks:read');
  await user.click(box('Consulter : toutes les ressources'));
  expect(screen.getByRole('status')).toHaveTextContent('people:update');
});

it('keeps a permission that the caller could not give back', async () => {
  const { user } = await show(<Held begin={['tasks:update']} />);
  await user.click(await screen.findByRole('checkbox', { name: 'Tâches : Modifier' }));
  await user.click(box('Toutes les permissions'));
  await user.click(box('Toutes les permissions'));
  expect(screen.getByRole('status')).toHaveTextContent(/^tasks:update$/);
});

it('has one box in the tab order and moves by arrows', async () => {
  const { user } = await show(<Held begin={[]} />);
  const first = await screen.findByRole('checkbox', { name: 'Toutes les permissions' });
  expect(screen.getAllByRole('checkbox').filter((one) => one.tabIndex === 0)).toEqual([first]);
  first.focus();
  await user.keyboard('{ArrowDown}{ArrowRight} ');
  expect(box('Personnes : Consulter')).toHaveFocus();
  expect(screen.getByRole('status')).toHaveTextContent('people:read');
});

it('changes nothing when it is to be read only', async () => {
  const { user } = await show(<Held begin={['people:read']} readOnly />);
  await user.click(await screen.findByRole('checkbox', { name: 'Personnes : Consulter' }));
  expect(screen.getByRole('status')).toHaveTextContent('people:read');
});
