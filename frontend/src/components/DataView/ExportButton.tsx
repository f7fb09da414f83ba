import { ActionIcon, Tooltip } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { toasts } from '@/components/toasts';
import { api } from '@/lib/api/client';
import { ApiError } from '@/lib/api/errors';
import type { ListParameters, Resource } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { useLanguage } from '@/lib/i18n';
import type { Column } from './columns';

const EXPORTED: readonly Resource[] = [
  'organisations',
  'people',
  'interactions',
  'tasks',
  'produits',
  'mandats',
  'contracts',
  'events',
];
export const canBeExported = (resource: Resource): boolean => EXPORTED.includes(resource);

/** The list as it is shown, as a file for a spreadsheet. */
export function ExportButton(props: {
  resource: Resource;
  question: ListParameters;
  columns: readonly Column[];
}) {
  const { t } = useTranslation('data');
  const { t: common } = useTranslation();
  const format = useFormat();
  const language = useLanguage();
  const download = useMutation({
    mutationFn: async () => {
      const columns = props.columns.flatMap((column) => (column.field ? column.name : [])).join(',');
      const query = { ...props.question, columns, delimiter: language === 'fr' ? ';' : ',' };
      const { data, response } = await api.GET(`/v1/${props.resource}/export` as '/v1/organisations/export', {
        params: { query: query as object },
        parseAs: 'blob',
      });
      saveFile(data as unknown as Blob, nameIn(response) ?? `${props.resource}.csv`);
      return Number(response.headers.get('X-Row-Count') ?? 0);
    },
    onSuccess: (count) => toasts.done(t('export.done', { count, formatted: format.number(count) })),
    onError: (error) => toasts.failed(explained(error)),
  });
  const explained = (error: unknown) => {
    const rows = error instanceof ApiError && error.code === 'export_too_large' ? rowsOf(error) : null;
    return rows
      ? t('export.too_large', { matched: format.number(rows.matched), limit: format.number(rows.limit) })
      : messageOf(error, common);
  };
  return (
    <Tooltip label={t('export.title')}>
      <ActionIcon
        variant="default"
        size={36}
        aria-label={t('export.title')}
        loading={download.isPending}
        onClick={() => download.mutate()}
      >
        <IconDownload size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

function rowsOf(error: ApiError): { matched: number; limit: number } {
  const detail = error.details.find((one) => one.field === 'rows') as unknown as Record<string, number>;
  return { matched: Number(detail?.matched ?? 0), limit: Number(detail?.limit ?? 0) };
}

function nameIn(response: Response): string | undefined {
  return /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
}

function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
