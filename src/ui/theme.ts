/** Density, type and colours of the component library, set once. Colours with a meaning are in palette.ts. */
import {
  convertCssVariables,
  createTheme,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  type MantineColorsTuple,
  mergeMantineTheme,
} from '@mantine/core';

/** The one accent of the controls: a petrol that no group, target or selection uses. */
const PETROL: MantineColorsTuple = [
  '#eaf5f8',
  '#d5e8ee',
  '#a9d1dd',
  '#7ab8ca',
  '#54a3b9',
  '#3b94ac',
  '#2a86a0',
  '#1c6f87',
  '#135d73',
  '#084a5d',
];

/** Neutral steps with the hue of theme.css, for everything the library draws in dark. */
const SLATE: MantineColorsTuple = [
  '#e1e6ec',
  '#b9c3cd',
  '#9fabb7',
  '#6b7784',
  '#3a434d',
  '#2c333b',
  '#232930',
  '#1a1e23',
  '#15191d',
  '#121519',
];

/** Only for destructive actions; dark enough that white text on it is readable. */
const BRICK: MantineColorsTuple = [
  '#fdeeea',
  '#f8d9d2',
  '#eeb2a5',
  '#e48975',
  '#db674d',
  '#d05239',
  '#bf4029',
  '#a8321f',
  '#8f2817',
  '#741d0f',
];

export const theme = createTheme({
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 7 },
  colors: { petrol: PETROL, dark: SLATE, red: BRICK },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  defaultRadius: 'sm',
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  spacing: { xs: '0.375rem', sm: '0.5rem', md: '0.75rem', lg: '1rem', xl: '1.5rem' },
  headings: { fontWeight: '600' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
    Button: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    // Locking the page's scroll would inject a style element, which the security policy forbids; the page does not scroll.
    Drawer: {
      defaultProps: {
        lockScroll: false,
        position: 'right',
        padding: 'lg',
        overlayProps: { backgroundOpacity: 0.35 },
      },
    },
    Menu: { defaultProps: { shadow: 'md', withinPortal: true } },
    Modal: {
      defaultProps: {
        lockScroll: false,
        centered: true,
        padding: 'lg',
        overlayProps: { backgroundOpacity: 0.35 },
      },
    },
    // Else its closed list is built, laid out and placed with the page that holds it.
    MultiSelect: { defaultProps: { size: 'xs', comboboxProps: { keepMounted: false } } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    Radio: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, checkIconPosition: 'right' } },
    Slider: { defaultProps: { size: 'sm' } },
    Switch: { defaultProps: { size: 'xs' } },
    Table: { defaultProps: { fz: 'sm', verticalSpacing: 4, horizontalSpacing: 'sm' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 300, maw: 320, multiline: true, withArrow: true } },
  },
});

/**
 * Gives the page the theme's CSS variables as a constructed style sheet. MantineProvider would write a style element,
 * which `style-src 'self'` forbids; so it is rendered with `withCssVariables={false}`.
 */
export function adoptThemeVariables(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme)), ':root'),
  );
  document.adoptedStyleSheets = [sheet, ...document.adoptedStyleSheets];
}
