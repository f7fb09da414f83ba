import { useRef } from 'react';
import type { AnyRecord, Changes, Resource } from '@/lib/api/records';
import { useCreateRecord } from '@/lib/queries';

/**
 * Creations that one form makes one after the other. Each step keeps its idempotency key and its result: a second
 * attempt, or a double click, makes nothing twice and goes on where the first one stopped.
 */
export function useSteps() {
  const keys = useRef(new Map<string, string>());
  const made = useRef(new Map<string, AnyRecord>());
  const creations = {
    organisations: useCreateRecord('organisations').mutateAsync,
    people: useCreateRecord('people').mutateAsync,
    'person-organisation-links': useCreateRecord('person-organisation-links').mutateAsync,
    interactions: useCreateRecord('interactions').mutateAsync,
    tasks: useCreateRecord('tasks').mutateAsync,
    produits: useCreateRecord('produits').mutateAsync,
    mandats: useCreateRecord('mandats').mutateAsync,
    contracts: useCreateRecord('contracts').mutateAsync,
    events: useCreateRecord('events').mutateAsync,
    users: useCreateRecord('users').mutateAsync,
    teams: useCreateRecord('teams').mutateAsync,
    roles: useCreateRecord('roles').mutateAsync,
  };

  return {
    async create(step: string, resource: Resource, fields: Changes): Promise<AnyRecord> {
      const before = made.current.get(step);
      if (before) return before;
      const key = keys.current.get(step) ?? crypto.randomUUID();
      keys.current.set(step, key);
      const record = (await creations[resource]({ fields, key })) as AnyRecord;
      made.current.set(step, record);
      return record;
    },
    made: (step: string): AnyRecord | undefined => made.current.get(step),
  };
}
