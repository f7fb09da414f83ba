import { ThemeIcon } from '@mantine/core';
import {
  IconBrandLinkedin,
  IconMail,
  IconMessage,
  IconNote,
  IconPhone,
  IconUsers,
  IconVideo,
} from '@tabler/icons-react';
import { useEnumLabel } from '@/components/fields/labels';
import type { Interaction } from '@/lib/api/records';

const ICONS = {
  email: IconMail,
  phone: IconPhone,
  meeting: IconUsers,
  visio: IconVideo,
  note: IconNote,
  linkedin: IconBrandLinkedin,
  other: IconMessage,
} as const;

/** What sort of interaction it was, said to screen readers as well. */
export function TypeIcon({ type }: { type: Interaction['type'] }) {
  const label = useEnumLabel();
  const Icon = ICONS[type] ?? IconMessage;
  const name = label('interaction_type', type);
  return (
    <ThemeIcon variant="light" radius="xl" size={34} role="img" aria-label={name} title={name}>
      <Icon size={18} aria-hidden />
    </ThemeIcon>
  );
}
