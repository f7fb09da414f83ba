import { Anchor, Skeleton, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Resource } from '@/lib/api/records';
import { pageOf } from '@/lib/kinds';
import { nameless, useName } from '@/lib/names';

/** The name of a record, linked to its page where there is one. */
export function RecordName({
  resource,
  id,
  plain = false,
}: {
  resource: Resource;
  id: string;
  plain?: boolean;
}) {
  const { t } = useTranslation();
  const { data, isPending } = useName(resource, id);
  if (isPending) return <Skeleton height={12} width={90} component="span" display="inline-block" />;
  if (!data)
    return (
      <Text span inherit c="dimmed">
        {nameless(resource, id) ?? t('unknown')}
      </Text>
    );
  const page = pageOf(resource, id);
  if (plain || !page) return <span>{data}</span>;
  return (
    <Anchor component={Link} to={page} inherit>
      {data}
    </Anchor>
  );
}
