import {
  IconBuilding,
  IconCalendarEvent,
  IconChartPie,
  IconChecklist,
  IconFileText,
  IconMessages,
  IconSignature,
  IconUser,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';

const ICONS: Record<string, ReactNode> = {
  organisation: <IconBuilding size={18} />,
  person: <IconUser size={18} />,
  interaction: <IconMessages size={18} />,
  task: <IconChecklist size={18} />,
  produit: <IconChartPie size={18} />,
  mandat: <IconSignature size={18} />,
  contract: <IconFileText size={18} />,
  event: <IconCalendarEvent size={18} />,
};

/** The picture of a kind of record, by the name that searches and timelines use. */
export function kindIcon(kind: string): ReactNode {
  return ICONS[kind] ?? <IconFileText size={18} />;
}
