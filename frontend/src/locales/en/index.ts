import type { Translated } from '../translated';
import administration from './administration.json';
import contracts from './contracts.json';
import dashboard from './dashboard.json';
import data from './data.json';
import enums from './enums.json';
import events from './events.json';
import fields from './fields.json';
import first from './first';
import help from './help.json';
import interactions from './interactions.json';
import kinds from './kinds.json';
import mandats from './mandats.json';
import notifications from './notifications.json';
import organisations from './organisations.json';
import people from './people.json';
import pipeline from './pipeline.json';
import produits from './produits.json';
import records from './records.json';
import search from './search.json';
import settings from './settings.json';
import tasks from './tasks.json';
import trash from './trash.json';

// A text that is missing here, but not in French, fails the type check.
const en: Translated = {
  ...first,
  administration,
  dashboard,
  data,
  enums,
  fields,
  help,
  interactions,
  kinds,
  notifications,
  organisations,
  people,
  pipeline,
  records,
  search,
  settings,
  produits,
  mandats,
  contracts,
  events,
  tasks,
  trash,
};

export default en;
