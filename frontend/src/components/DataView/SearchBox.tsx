import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Full-text search inside the list. What is typed shows at once; the list is asked when the typing pauses. */
export function SearchBox(props: {
  value: string;
  label: string;
  onSearch: (text: string) => void;
  inputRef: RefObject<HTMLInputElement | null>;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(props.value);
  const asked = useRef(props.value);
  const ask = useDebouncedCallback((text: string) => {
    asked.current = text;
    props.onSearch(text);
  }, 120);

  // A search that came from elsewhere (a view, the back button) replaces what was typed.
  useEffect(() => {
    if (props.value !== asked.current) {
      asked.current = props.value;
      setTyped(props.value);
    }
  }, [props.value]);

  const change = (text: string) => {
    setTyped(text);
    ask(text);
  };
  return (
    <TextInput
      ref={props.inputRef}
      type="search"
      role="searchbox"
      aria-label={props.label}
      placeholder={props.label}
      value={typed}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && typed) {
          event.stopPropagation();
          change('');
        }
      }}
      leftSection={<IconSearch size={16} />}
      rightSection={
        typed ? <CloseButton size="sm" aria-label={t('actions.clear')} onClick={() => change('')} /> : null
      }
      w={{ base: '100%', sm: 240 }}
    />
  );
}
