"""More demo data around the four organisations of `demo_data`: an invented market that fills boards and figures.

Nobody in it exists. Days are counted from the day of seeding, so that the figures look alive whenever that is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chalicelib.domain.interactions import Interaction
from chalicelib.domain.organisations import Organisation
from chalicelib.domain.people import Link, Person
from chalicelib.domain.records import Record
from chalicelib.domain.tasks import Task
from chalicelib.domain.views import SavedView
from chalicelib.services.people import snapshot


class _Company(NamedTuple):
    """`signs_in` is days until the signature date (past ones negative); `known_for` is days since it was added."""

    name: str
    type: str
    category: str
    city: str
    stage: str
    amount: int | None
    probability: int | None
    signs_in: int | None
    known_for: int
    owner: int
    tags: tuple[str, ...] = ()


_KEY, _ABROAD, _BOTH = ("prioritaire",), ("anglophone",), ("prioritaire", "anglophone")

_COMPANIES = (
    _Company("Banque Vauclaire", "client", "Institution", "Paris", "negociation", 1_850_000, 75, 24, 160, 0, _KEY),
    _Company("Caisse Armorique Prévoyance", "client", "Institution", "Paris", "proposition", 2_400_000, 50, 55, 120, 1),
    _Company("Mutuelle des Trois Rivières", "client", "Institution", "Lyon", "qualification", 950_000, 30, 95, 74, 0),
    _Company("Fondation Hautecombe", "client", "Institution", "Annecy", "prospect", 300_000, 10, 150, 12, 1),
    _Company("Cèdre & Valmont Patrimoine", "client", "CGPI", "Aix-en-Provence", "proposition", 180_000, 55, 38, 66, 0),
    _Company("Cabinet Orsini Conseil", "client", "CGPI", "Nice", "qualification", 90_000, 35, 70, 49, 0, ("salon",)),
    _Company("Tavernier Gestion Privée", "client", "CGPI", "Grenoble", "prospect", 60_000, 10, None, 9, 1, ("salon",)),
    _Company("Linden Wealth", "client", "Wholesale", "Luxembourg", "negociation", 3_200_000, 80, 17, 190, 0, _BOTH),
    _Company("Belroche Banque Privée", "client", "Wholesale", "Genève", "signe", 1_200_000, 100, -20, 240, 1),
    _Company("Maison Delcourt Family Office", "client", "Wholesale", "Paris", "signe", 640_000, 100, -48, 205, 0),
    _Company("Azimut Sud Épargne", "client", "Wholesale", "Marseille", "perdu", 420_000, 0, -33, 180, 1),
    _Company("Novalys Courtage", "client", "Wholesale", "Toulouse", "prospect", 210_000, 15, 130, 19, 0),
    _Company("Hexalia Prévoyance", "client", "Corporation", "Strasbourg", "qualification", 780_000, 25, 110, 58, 1),
    _Company("Groupe Marchandeau", "client", "Corporation", "Lille", "proposition", 1_100_000, 45, 62, 101, 0),
    _Company("Transports Vigneron", "client", "Corporation", "Lyon", "inactif", 75_000, 5, None, 300, 1),
    _Company("Ledger & Loire", "client", "Startup", "Paris", "prospect", 45_000, 20, 85, 5, 0, ("fintech",)),
    _Company("Paylune", "client", "Startup", "Montpellier", "qualification", 120_000, 30, 42, 27, 1, ("fintech",)),
    _Company("Opaline Retraite", "distributeur", "Wholesale", "Paris", "negociation", 560_000, 70, 9, 143, 0),
    _Company("Réseau Ponant Finance", "distributeur", "CGPI", "Bordeaux", "signe", 330_000, 100, -75, 260, 1),
    _Company("Union Financière du Léman", "distributeur", "Wholesale", "Genève", "proposition", 890_000, 40, 77, 88, 0),
    _Company("Sequana Asset Managers", "fournisseur", "SDG", "Paris", "signe", None, None, None, 280, 1),
    _Company("Granite Peak Investors", "fournisseur", "SDG", "Luxembourg", "signe", None, None, None, 230, 0, _ABROAD),
    _Company("Solstice Immobilier Gestion", "emetteur", "SDG", "Lyon", "qualification", None, None, None, 35, 1),
    _Company("Atelier Mécène", "autre", "Autres", "Paris", "prospect", None, None, None, 2, 0),
)  # fmt: skip

# First name, last name, title, role on the link, and the company.
_CONTACTS = (
    ("Hélène", "Vasseur", "Directrice des investissements", "decideur", "Banque Vauclaire"),
    ("Thibault", "Lemoine", "Analyste multigestion", "technique", "Banque Vauclaire"),
    ("Yann", "Kervella", "Responsable des placements", "decideur", "Caisse Armorique Prévoyance"),
    ("Sophie", "Aubertin", "Trésorière", "contact_principal", "Mutuelle des Trois Rivières"),
    ("Édouard", "de Montfaucon", "Délégué général", "decideur", "Fondation Hautecombe"),
    ("Nadia", "Benhaddou", "Associée", "decideur", "Cèdre & Valmont Patrimoine"),
    ("Luca", "Orsini", "Gérant", "decideur", "Cabinet Orsini Conseil"),
    ("Agathe", "Tavernier", "Fondatrice", "decideur", "Tavernier Gestion Privée"),
    ("Fiona", "Mackenzie", "Head of Fund Selection", "decideur", "Linden Wealth"),
    ("Pieter", "Verhoeven", "Fund Analyst", "technique", "Linden Wealth"),
    ("Béatrice", "Rochat", "Directrice de la gestion privée", "decideur", "Belroche Banque Privée"),
    ("Antoine", "Delcourt", "Gérant", "decideur", "Maison Delcourt Family Office"),
    ("Karim", "Ziani", "Directeur commercial", "contact_principal", "Azimut Sud Épargne"),
    ("Manon", "Castagné", "Courtière associée", "contact_principal", "Novalys Courtage"),
    ("Jürgen", "Weissmuller", "Directeur financier", "decideur", "Hexalia Prévoyance"),
    ("Claire", "Marchandeau", "Présidente", "decideur", "Groupe Marchandeau"),
    ("Olivier", "Haddad", "Directeur financier", "contact_principal", "Groupe Marchandeau"),
    ("Rémi", "Vigneron", "Gérant", "contact_principal", "Transports Vigneron"),
    ("Inès", "Costa", "Cofondatrice", "decideur", "Ledger & Loire"),
    ("Maxime", "Teyssier", "Directeur financier", "contact_principal", "Paylune"),
    ("Laurence", "Opéra-Blum", "Directrice des partenariats", "decideur", "Opaline Retraite"),
    ("Gaël", "Le Pennec", "Responsable de l'offre", "contact_principal", "Réseau Ponant Finance"),
    ("Élise", "Grandjean", "Responsable de la sélection", "decideur", "Union Financière du Léman"),
    ("Paul-Henri", "Sabatier", "Responsable distribution", "contact_principal", "Sequana Asset Managers"),
    ("Rachel", "Okafor", "Client Director", "contact_principal", "Granite Peak Investors"),
    ("Mathilde", "Soler", "Relations investisseurs", "contact_principal", "Solstice Immobilier Gestion"),
    ("Camille", "Royer", "Chargée de mécénat", "contact_principal", "Atelier Mécène"),
)

# Days ago, type, direction, subject, and the company.
_TALKS = (
    (0, "phone", "outbound", "Point sur le calendrier de signature", "Linden Wealth"),
    (0, "email", "inbound", "Demande de rapport mensuel", "Belroche Banque Privée"),
    (1, "meeting", "outbound", "Comité de sélection : retour des questions", "Banque Vauclaire"),
    (1, "linkedin", "inbound", "Prise de contact", "Atelier Mécène"),
    (2, "visio", "outbound", "Démonstration du reporting", "Paylune"),
    (3, "email", "outbound", "Envoi de la convention de distribution", "Opaline Retraite"),
    (4, "phone", "inbound", "Question sur les frais courants", "Cèdre & Valmont Patrimoine"),
    (6, "meeting", "outbound", "Déjeuner avec la direction financière", "Groupe Marchandeau"),
    (7, "note", None, "Appel d'offres attendu au prochain trimestre", "Caisse Armorique Prévoyance"),
    (8, "phone", "outbound", "Relance après le salon", "Tavernier Gestion Privée"),
    (10, "visio", "outbound", "Présentation de la gamme obligataire", "Union Financière du Léman"),
    (11, "email", "outbound", "Réponse au questionnaire de due diligence", "Banque Vauclaire"),
    (13, "phone", "outbound", "Premier échange", "Ledger & Loire"),
    (15, "meeting", "outbound", "Visite des bureaux", "Mutuelle des Trois Rivières"),
    (16, "email", "inbound", "Relevé de positions", "Maison Delcourt Family Office"),
    (18, "phone", "outbound", "Prise de rendez-vous", "Novalys Courtage"),
    (20, "meeting", "outbound", "Signature de la convention", "Belroche Banque Privée"),
    (22, "visio", "outbound", "Point trimestriel", "Sequana Asset Managers"),
    (24, "email", "outbound", "Proposition chiffrée", "Groupe Marchandeau"),
    (27, "phone", "inbound", "Demande d'information sur la fiscalité", "Cabinet Orsini Conseil"),
    (29, "linkedin", "outbound", "Invitation au petit-déjeuner de place", "Hexalia Prévoyance"),
    (31, "meeting", "outbound", "Revue annuelle", "Réseau Ponant Finance"),
    (33, "email", "inbound", "Abandon du projet", "Azimut Sud Épargne"),
    (36, "phone", "outbound", "Qualification du besoin", "Paylune"),
    (39, "visio", "outbound", "Comité technique", "Linden Wealth"),
    (42, "email", "outbound", "Envoi des fiches produits", "Caisse Armorique Prévoyance"),
    (46, "meeting", "outbound", "Rendez-vous de découverte", "Hexalia Prévoyance"),
    (49, "phone", "outbound", "Relance", "Azimut Sud Épargne"),
    (52, "visio", "outbound", "Présentation à deux voix avec le gérant", "Banque Vauclaire"),
    (56, "email", "outbound", "Compte rendu de réunion", "Union Financière du Léman"),
    (60, "phone", "inbound", "Recommandé par un confrère", "Cèdre & Valmont Patrimoine"),
    (65, "meeting", "outbound", "Salon de la gestion de patrimoine", "Cabinet Orsini Conseil"),
    (69, "email", "outbound", "Invitation au séminaire", "Mutuelle des Trois Rivières"),
    (73, "note", None, "Changement de direction annoncé", "Transports Vigneron"),
    (78, "phone", "outbound", "Point de fin de trimestre", "Opaline Retraite"),
    (82, "meeting", "outbound", "Présentation de la maison", "Granite Peak Investors"),
)

# Days until it is due, status, priority, title, and the company.
_TODOS = (
    (-6, "todo", "high", "Relancer sur la lettre d'intention", "Caisse Armorique Prévoyance"),
    (-3, "doing", "normal", "Compléter le questionnaire de due diligence", "Banque Vauclaire"),
    (-1, "todo", "normal", "Rappeler au sujet des frais courants", "Cèdre & Valmont Patrimoine"),
    (0, "doing", "urgent", "Envoyer la convention corrigée", "Opaline Retraite"),
    (0, "todo", "high", "Confirmer la date de signature", "Linden Wealth"),
    (1, "todo", "normal", "Préparer le comité de sélection", "Banque Vauclaire"),
    (2, "todo", "normal", "Chiffrer la variante sans frais d'entrée", "Groupe Marchandeau"),
    (3, "todo", "low", "Ajouter les contacts du salon", "Cabinet Orsini Conseil"),
    (4, "doing", "normal", "Traduire la présentation en anglais", "Linden Wealth"),
    (5, "todo", "high", "Préparer la démonstration du portail", "Paylune"),
    (6, "todo", "normal", "Proposer trois dates de rendez-vous", "Novalys Courtage"),
    (9, "todo", "normal", "Envoyer le rapport mensuel", "Belroche Banque Privée"),
    (12, "todo", "low", "Mettre à jour la fiche", "Transports Vigneron"),
    (16, "todo", "normal", "Organiser la visite du gérant", "Union Financière du Léman"),
    (21, "todo", "high", "Répondre à l'appel d'offres", "Hexalia Prévoyance"),
    (30, "todo", "normal", "Préparer la revue annuelle", "Maison Delcourt Family Office"),
    (None, "todo", "low", "Chercher un contact à la direction des achats", "Fondation Hautecombe"),
    (-9, "done", "normal", "Envoyer les fiches produits", "Caisse Armorique Prévoyance"),
    (-14, "done", "high", "Faire signer la convention", "Belroche Banque Privée"),
    (-21, "done", "normal", "Ouvrir l'accès au reporting", "Réseau Ponant Finance"),
    (-30, "cancelled", "low", "Préparer une seconde proposition", "Azimut Sud Épargne"),
)

_OPEN_STAGES = ["prospect", "qualification", "proposition", "negociation"]
_VIEWS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "organisations",
        "Pipeline ouvert",
        "everyone",
        {
            "filters": {"pipeline_stage": _OPEN_STAGES},
            "sort": ["-potential_amount"],
            "columns": ["name", "category", "pipeline_stage", "potential_amount", "signature_probability", "owner_id"],
        },
    ),
    ("organisations", "Fournisseurs", "everyone", {"filters": {"type": ["fournisseur"]}, "sort": ["name"]}),
    (
        "organisations",
        "Clients prioritaires",
        "team",
        {"filters": {"type": ["client"], "tags": ["prioritaire"]}, "sort": ["signature_date"]},
    ),
    ("people", "Décideurs de direction", "team", {"q": "directeur", "sort": ["last_name"]}),
    (
        "interactions",
        "Rendez-vous et visios",
        "everyone",
        {"filters": {"type": ["meeting", "visio"]}, "sort": ["-occurred_at"]},
    ),
    (
        "tasks",
        "Tâches ouvertes par statut",
        "everyone",
        {"filters": {"status": ["todo", "doing"]}, "layout": {"type": "board", "group_by": "status"}},
    ),
    ("tasks", "Urgent et prioritaire", "team", {"filters": {"priority": ["high", "urgent"]}, "sort": ["due_date"]}),
)

MakeId = Callable[[str], str]


def market_records(
    common: Mapping[str, Any], now: datetime, owners: tuple[str, str], make_id: MakeId
) -> Iterator[Record]:
    """The records, each after those it refers to. The first of the two `owners` has what `common` says is owned."""
    companies = {company.name: company for company in _COMPANIES}
    organisations = {
        name: Organisation.model_validate(
            {**_owned(common, now, owners, company), **_organisation(company, now, make_id)}
        )
        for name, company in companies.items()
    }
    yield from organisations.values()
    met: dict[str, str] = {}
    for contact in _CONTACTS:
        company = companies[contact[-1]]
        person = Person.model_validate({**_owned(common, now, owners, company), **_person(contact, make_id)})
        yield person
        link = _link(contact, organisations[company.name], person, first=company.name not in met, make_id=make_id)
        met.setdefault(company.name, person.id)
        yield Link.model_validate({**_owned(common, now, owners, company), **link}, extra="ignore")
    for ago, type, direction, subject, name in _TALKS:
        own = {"id": make_id(f"talk/{name}/{subject}"), "type": type, "direction": direction, "subject": subject}
        about = {"organisation_id": organisations[name].id, "person_id": met.get(name)}
        at = now - timedelta(days=ago, hours=2)
        owned = _owned(common, now, owners, companies[name], ago)
        yield Interaction.model_validate({**owned, **own, **about, "occurred_at": at})
    for due_in, status, priority, title, name in _TODOS:
        owned = _owned(common, now, owners, companies[name], 20)
        yield Task.model_validate(
            {
                **owned,
                **_task(due_in, status, now),
                "id": make_id(f"todo/{name}/{title}"),
                "title": title,
                "priority": priority,
                "assigned_to": owned["owner_id"],
                "organisation_id": organisations[name].id,
            }
        )
    for position, (resource, name, visibility, query) in enumerate(_VIEWS):
        shown = {"resource": resource, "name": name, "visibility": visibility, "query": query}
        id = make_id(f"view/{resource}/{name}")
        yield SavedView.model_validate({**common, **shown, "id": id, "position": position})


def _owned(
    common: Mapping[str, Any], now: datetime, owners: tuple[str, str], company: _Company, known_for: int | None = None
) -> dict[str, Any]:
    owner = owners[company.owner]
    added = now - timedelta(days=company.known_for if known_for is None else min(known_for, company.known_for))
    stamps = {"created_at": added, "updated_at": added, "created_by": owner, "updated_by": owner}
    return {**common, **stamps, "owner_id": owner}


def _organisation(company: _Company, now: datetime, make_id: MakeId) -> dict[str, Any]:
    abroad = {"Luxembourg": "LU", "Genève": "CH"}
    signature = None if company.signs_in is None else (now + timedelta(days=company.signs_in)).date()
    return {
        "id": make_id(f"market/{company.name}"),
        "name": company.name,
        "type": company.type,
        "category": company.category,
        "city": company.city,
        "country_code": abroad.get(company.city, "FR"),
        "language": "en" if "anglophone" in company.tags else "fr",
        "email": f"contact@{_slug(company.name)}.example",
        "pipeline_stage": company.stage,
        "potential_amount": None if company.amount is None else str(company.amount),
        "signature_probability": company.probability,
        "signature_date": signature,
        "tags": list(company.tags),
    }


def _person(contact: tuple[str, str, str, str, str], make_id: MakeId) -> dict[str, Any]:
    first_name, last_name, title, _, company = contact
    return {
        "id": make_id(f"market/{first_name} {last_name}"),
        "first_name": first_name,
        "last_name": last_name,
        "title": title,
        "email": f"{_slug(first_name)}.{_slug(last_name)}@{_slug(company)}.example",
    }


def _link(
    contact: tuple[str, str, str, str, str], organisation: Organisation, person: Person, *, first: bool, make_id: MakeId
) -> dict[str, Any]:
    ends = {"organisation_id": organisation.id, "person_id": person.id}
    id = make_id(f"link/market/{person.id}")
    own: dict[str, Any] = {"id": id, "role": contact[3], "job_title": contact[2], "is_primary": first}
    return {**ends, **own, **snapshot(organisation, person)}


def _task(due_in: int | None, status: str, now: datetime) -> dict[str, Any]:
    due = None if due_in is None else now + timedelta(days=due_in)
    completed = {"completed_at": due} if status == "done" else {}
    return {"status": status, "due_date": due.date() if due else None, **completed}


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())
