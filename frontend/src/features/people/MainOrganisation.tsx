import { Anchor, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useEnumLabel } from '@/components/fields/labels';
import { type Link as OrganisationLink, records } from '@/lib/api/records';
import { makeBatch } from '@/lib/batch';

const mainLink = makeBatch(async (people) => {
  const { items } = await records.list('person-organisation-links', {
    person_id: people,
    sort: '-is_primary,organisation_name',
    limit: 200,
  });
  const first = new Map<string, OrganisationLink>();
  for (const link of items) if (!first.has(link.person_id)) first.set(link.person_id, link);
  return first;
});

/** The organisation a person stands for first: the one whose primary contact they are, else any. */
export function MainOrganisation({ person }: { person: string }) {
  const { t } = useTranslation();
  const role = useEnumLabel();
  const { data, isPending } = useQuery({
    queryKey: ['person-organisation-links', 'main', person],
    queryFn: async () => (await mainLink(person)) ?? null,
    staleTime: 60_000,
  });
  if (isPending) return <Skeleton height={12} width={110} />;
  if (!data) {
    return (
      <Text span inherit c="dimmed" role="img" aria-label={t('unknown')}>
        –
      </Text>
    );
  }
  return (
    <Anchor
      component={Link}
      to="/organisations/$id"
      params={{ id: data.organisation_id } as never}
      inherit
      tabIndex={-1}
      title={data.job_title ?? role('link_role', data.role ?? '')}
    >
      {data.organisation_name}
    </Anchor>
  );
}
