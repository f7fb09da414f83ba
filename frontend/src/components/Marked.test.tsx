import { screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { show } from '@/testing/render';
import { Marked, MarkedStart } from './Marked';

test('marks what the server marked and shows the rest as it was written', async () => {
  await show(
    <p>
      <Marked html="&lt;b&gt; <mark>Dupont</mark> &amp; fils &#x27;SA&#x27;" />
    </p>,
  );

  expect(await screen.findByText('Dupont')).toHaveProperty('tagName', 'MARK');
  expect(screen.getByText(/fils/)).toHaveTextContent("<b> Dupont & fils 'SA'");
});

test.each(['<img src=x onerror=alert(1)>', '<mark><script>alert(1)</script></mark>'])(
  'makes no element of %s',
  async (html) => {
    const { container } = await show(<Marked html={html} />);

    expect(await screen.findByText(/alert/)).toBeInTheDocument();
    expect(container.querySelector('img, script')).toBeNull();
  },
);

test('marks the beginnings of words without regard to case and accents', async () => {
  await show(<MarkedStart text="Société Générale" typed="gene soc" />);

  await screen.findByText('Géné');
  expect([...document.querySelectorAll('mark')].map((one) => one.textContent)).toEqual(['Soc', 'Géné']);
});
