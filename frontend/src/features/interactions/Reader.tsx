import { Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { FieldValue } from '@/components/fields/FieldValue';
import { useFieldLabel } from '@/components/fields/labels';
import type { Interaction } from '@/lib/api/records';
import { fieldOf, INTERACTIONS, pageOf } from '@/lib/kinds';
import classes from './Inbox.module.css';
import { TypeIcon } from './TypeIcon';

const SHOWN = [
  'occurred_at',
  'status',
  'direction',
  'person_id',
  'organisation_id',
  'assignee_id',
  'next_action_at',
  'participants',
  'tags',
];

/** One interaction beside the inbox. */
export function Reader({ interaction, onClose }: { interaction: Interaction | null; onClose: () => void }) {
  const { t } = useTranslation(['interactions', 'common']);
  const label = useFieldLabel();
  const values = interaction as Record<string, unknown> | null;
  return (
    <Drawer
      opened={interaction !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={
        interaction ? (
          <Group gap="sm" wrap="nowrap">
            <TypeIcon type={interaction.type} />
            <Text fw={650} style={{ overflowWrap: 'anywhere' }}>
              {interaction.subject}
            </Text>
          </Group>
        ) : null
      }
      closeButtonProps={{ 'aria-label': t('common:actions.close') }}
    >
      {interaction && values ? (
        <Stack>
          <dl className={classes.facts}>
            {SHOWN.flatMap((name) => fieldOf(INTERACTIONS, name) ?? []).map((field) => (
              <div key={field.name}>
                <dt>{label('interactions', field.name)}</dt>
                <dd>
                  <FieldValue field={field} value={values[field.name]} />
                </dd>
              </div>
            ))}
          </dl>
          <Text className={classes.content} c={interaction.content ? undefined : 'dimmed'}>
            {interaction.content || t('interactions:no_content')}
          </Text>
          <Button
            component={Link}
            to={pageOf('interactions', interaction.id) as '/'}
            variant="light"
            rightSection={<IconArrowRight size={16} />}
          >
            {t('interactions:open')}
          </Button>
        </Stack>
      ) : null}
    </Drawer>
  );
}
