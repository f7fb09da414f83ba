import { useTranslation } from 'react-i18next';

/** The API's words for a wrong value, which are English, and the key of what the user reads instead. */
const KNOWN: readonly [RegExp, string][] = [
  [/e-mail address/, 'email'],
  [/phone number/, 'phone'],
  [/http or https address/, 'url'],
  [/valid LEI/, 'lei'],
  [/valid ISIN/, 'isin'],
  [/such as \d{4}-\d\d-\d\d$/, 'date'],
  [/must be a time such as|time zone|between the years/, 'datetime'],
  [/there is no such record/, 'gone'],
  [/already has this/, 'duplicate'],
  [/[Ff]ield required|at least 1 character|must not be (null|blank|empty)/, 'required'],
  [/at most (\d+) characters?/, 'too_long'],
  [/at most (\d+) items?/, 'too_many'],
  [/less than or equal to ([\d.]+)/, 'too_high'],
  [/greater than or equal to ([\d.]+)/, 'too_low'],
  [/organisation_id or a person_id/, 'about_someone'],
  [/Input should be/, 'choice'],
];

/** The rules between fields and records, by the API's words for them; the keys are the API's codes. */
const RULES = [
  [/end must come after the start/, 'end_before_start'],
  [/amount_due must not be above/, 'amount_due_above_total'],
  [/sales contact must be/, 'sales_contact_role'],
  [/support contact must be/, 'support_contact_role'],
  [/needs a signed contract/, 'contract_not_signed'],
  [/with the same client/, 'contract_of_another_client'],
  [/go under a mandate/, 'mandat_not_signed'],
  [/mandate goes forward/, 'mandat_status_path'],
] as const;

/** Why a value was refused, in the user's language; a reason that has no words of its own is shown as it came. */
export function useRefusal(): (message: string) => string {
  const { t } = useTranslation('records');
  const { t: common } = useTranslation();
  return (message) => {
    const rule = RULES.find(([pattern]) => pattern.test(message));
    if (rule) return common(`errors.rules.${rule[1]}`);
    for (const [pattern, key] of KNOWN) {
      const found = pattern.exec(message);
      if (found)
        return t(`refusals.${key}` as never, { count: Number(found[1] ?? 0), limit: found[1] ?? '' });
    }
    return message;
  };
}
