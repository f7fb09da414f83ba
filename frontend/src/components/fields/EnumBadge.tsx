import { Badge } from '@mantine/core';
import type { EnumName } from '@/lib/kinds';
import { useEnumLabel } from './labels';

const COLOURS: Partial<Record<EnumName, Record<string, string>>> = {
  pipeline_stage: {
    prospect: 'gray',
    qualification: 'cyan',
    proposition: 'brand',
    negociation: 'violet',
    signe: 'green',
    perdu: 'red',
    inactif: 'gray',
  },
  task_status: { todo: 'gray', doing: 'brand', done: 'green', cancelled: 'gray' },
  interaction_status: { todo: 'gray', in_progress: 'brand', done: 'green' },
  mandat_status: { propose: 'gray', signe: 'brand', actif: 'green', termine: 'gray' },
  produit_status: { actif: 'green', inactif: 'gray', en_attente: 'orange' },
  priority: { low: 'gray', normal: 'brand', high: 'orange', urgent: 'red' },
};

export function enumColour(name: EnumName, value: string): string {
  return COLOURS[name]?.[value] ?? 'gray';
}

/** A literal value of the API under its label, coloured where the colour means something. */
export function EnumBadge({ name, value }: { name: EnumName; value: string }) {
  const label = useEnumLabel();
  return (
    <Badge variant="light" color={enumColour(name, value)} tt="none" fw={600} style={{ maxWidth: '100%' }}>
      {label(name, value)}
    </Badge>
  );
}
