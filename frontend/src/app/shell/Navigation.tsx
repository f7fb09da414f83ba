import { NavLink, Text, Tooltip } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { Link, type LinkProps, useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '@/lib/session';
import { MAIN, permitted, SETTINGS } from './pages';
import './shell.css';

/** The pages of the application or, while one of those is open, the settings. `compact` shows icons alone. */
export function Navigation({ compact = false }: { compact?: boolean }) {
  const { t } = useTranslation('shell');
  const can = useCan();
  const inSettings = useRouterState({ select: (state) => state.location.pathname.startsWith('/settings/') });
  const sections = permitted(inSettings ? SETTINGS : MAIN, can);
  return (
    <div className="nav" data-compact={compact || undefined}>
      {inSettings ? (
        <Entry to="/" exact icon={<IconArrowLeft size={18} />} label={t('backToWork')} compact={compact} />
      ) : null}
      {sections.map((section) => (
        <div key={section.label ?? 'home'} className="nav-section">
          {section.label ? (
            compact ? (
              <div className="nav-rule" />
            ) : (
              <Text size="xs" fw={600} c="dimmed" className="nav-title">
                {t(`sections.${section.label}`)}
              </Text>
            )
          ) : null}
          {section.pages.map(({ to, label, icon: Icon }) => (
            <Entry
              key={label}
              to={to}
              exact={to === '/'}
              icon={<Icon size={18} stroke={1.75} />}
              label={t(`navigation.${label}`)}
              compact={compact}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

function Entry(props: {
  to: LinkProps['to'];
  label: string;
  icon: ReactNode;
  compact: boolean;
  exact: boolean;
}) {
  const link = (
    <NavLink
      component={Link}
      to={props.to}
      activeOptions={{ exact: props.exact, includeSearch: false }}
      activeProps={{ 'data-active': true, 'aria-current': 'page' }}
      label={props.compact ? undefined : props.label}
      aria-label={props.compact ? props.label : undefined}
      leftSection={props.icon}
      className="nav-link"
    />
  );
  return props.compact ? (
    <Tooltip label={props.label} position="right" openDelay={200}>
      {link}
    </Tooltip>
  ) : (
    link
  );
}
