import { describe, expect, test } from 'vitest';
import { INTERACTIONS, ORGANISATIONS } from '@/lib/kinds';
import { conditionsOf, questionOf, withCondition, withoutConditions, withToggledValue } from './conditions';

const NOW = new Date(2026, 10, 21, 15, 30);

describe('the conditions of a state', () => {
  test('are read from its parameters, the ends of a range as one', () => {
    const search = {
      q: 'acme',
      type: ['client', 'autre'],
      potential_amount__lte: '5000',
      potential_amount__gte: '1000',
      city__prefix: 'Pa',
      owner_id__empty: 'false',
      category__ne: 'SDG',
    };

    expect(conditionsOf(search)).toEqual([
      { field: 'type', operator: 'is', values: ['client', 'autre'] },
      { field: 'potential_amount', operator: 'between', values: ['1000', '5000'] },
      { field: 'city', operator: 'prefix', values: ['Pa'] },
      { field: 'owner_id', operator: 'filled', values: [] },
      { field: 'category', operator: 'not', values: ['SDG'] },
    ]);
  });

  test('survive being written and read again', () => {
    const conditions = [
      { field: 'type', operator: 'is' as const, values: ['client', 'autre'] },
      { field: 'signature_date', operator: 'between' as const, values: ['', 'today+7d'] },
      { field: 'email', operator: 'empty' as const, values: [] },
    ];

    const search = conditions.reduce((state, one) => withCondition(state, null, one), {});

    expect(conditionsOf(search)).toEqual(conditions);
  });

  test('are replaced as a whole, and leave the rest of the state alone', () => {
    const before = { q: 'a', sort: 'name', potential_amount__gte: '1', potential_amount__lte: '9' };
    const [condition = null] = conditionsOf(before);

    expect(
      withCondition(before, condition, { field: 'potential_amount', operator: 'between', values: ['5', ''] }),
    ).toEqual({ q: 'a', sort: 'name', potential_amount__gte: '5' });
    expect(withCondition(before, condition, null)).toEqual({ q: 'a', sort: 'name' });
    expect(withoutConditions(before)).toEqual({ q: 'a', sort: 'name' });
  });

  test('take up and let go of single values', () => {
    const one = withToggledValue({}, 'city', 'Paris');
    const two = withToggledValue(one, 'city', 'Lyon');

    expect(two).toEqual({ city: ['Paris', 'Lyon'] });
    expect(withToggledValue(two, 'city', 'Paris')).toEqual({ city: 'Lyon' });
    expect(withToggledValue(one, 'city', 'Paris')).toEqual({});
  });
});

describe('the question of a state', () => {
  test('puts the user in the place of "me", in fields of users alone', () => {
    const question = questionOf(ORGANISATIONS, { owner_id: 'me', city: 'me' }, 'my-id', NOW);

    expect(question).toMatchObject({ owner_id: ['my-id'], city: ['me'] });
  });

  test('says relative days as the days they are, and times as the ends of those days', () => {
    const question = questionOf(
      INTERACTIONS,
      { occurred_at__gte: 'today-30d', occurred_at__lte: '2026-11-21' },
      'me',
      NOW,
    );

    expect(question.occurred_at__gte).toEqual([new Date(2026, 9, 22).toISOString()]);
    expect(question.occurred_at__lte).toEqual([new Date(2026, 10, 21, 23, 59, 59, 999).toISOString()]);
    expect(questionOf(ORGANISATIONS, { signature_date__gte: 'month_start' }, 'me', NOW)).toMatchObject({
      signature_date__gte: ['2026-11-01'],
    });
  });

  test('leaves out what concerns the page alone', () => {
    const question = questionOf(
      ORGANISATIONS,
      { q: '  ', columns: 'name', view: 'v', layout: 'table' },
      'me',
    );

    expect(Object.values(question).filter((value) => value !== undefined)).toEqual([]);
  });
});
