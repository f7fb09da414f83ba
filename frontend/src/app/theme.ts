import { ActionIcon, type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const brand: MantineColorsTuple = [
  '#eef4fa',
  '#dce6f0',
  '#b7cce2',
  '#8fb0d3',
  '#6d98c6',
  '#5789be',
  '#4a80b9',
  '#3b6da3',
  '#366092',
  '#274f7c',
];

/** Brand blue #366092. Shades and the variables below are chosen for a contrast of 4.5 : 1 in both themes. */
export const theme = createTheme({
  primaryColor: 'brand',
  colors: { brand },
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', size: 'lg' } }),
    // Their <header> would be a second banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#55606b',
    '--mantine-color-placeholder': '#68717b',
    '--mantine-color-error': '#b42318',
    '--mantine-color-brand-light-color': '#274f7c',
    '--mantine-color-green-light-color': '#1d6b2c',
    '--mantine-color-teal-light-color': '#06614a',
    '--mantine-color-orange-light-color': '#8a3c00',
    '--mantine-color-yellow-light-color': '#7a4b00',
    '--mantine-color-red-light-color': '#a61b1b',
    '--mantine-color-grape-light-color': '#7a2a92',
    '--mantine-color-violet-light-color': '#5531b8',
    '--mantine-color-cyan-light-color': '#0a5d6b',
    '--mantine-color-gray-light-color': '#414a52',
    '--mantine-color-anchor': '#2b5685',
  },
  dark: {
    '--mantine-color-dimmed': '#a9b2bc',
    '--mantine-color-placeholder': '#98a1ab',
    '--mantine-color-error': '#ff9b94',
    '--mantine-color-brand-light-color': '#b7cce2',
    '--mantine-color-anchor': '#9dc1e8',
  },
});
