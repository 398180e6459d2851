"""The closed list of everything that can be recorded: importing this module registers every event type."""

from domain import (
    allowances,
    award_rules,
    awards,
    bank_files,
    budgets,
    caps,
    catalogues,
    charts,
    committees,
    cooling,
    difficulty,
    difficulty_rules,
    facilities,
    facility_kinds,
    households,
    incidents,
    keys,
    log,
    members,
    payee_holds,
    payments,
    payout_batches,
    periods,
    persons,
    places,
    points_shares,
    quotas,
    recon_exceptions,
    reconciliations,
    residences,
    rewards,
    statements,
    tariffs,
    trainings,
    withholdings,
    workflows,
    working_calendars,
)
from domain.affairs import commitments, meeting_rules, meetings, notices, projects, suggestion_box
from domain.deeds import activities, commendations, inspections, party_activities, tasks, titles
from domain.disclosures import events as disclosures
from domain.disclosures import posters as disclosure_posters
from domain.disclosures import settings as disclosure_settings
from domain.kernel.events import registered
from domain.points import accounts as points_accounts
from domain.points import rules as points_rules
from domain.stations import donation_slips, exchanges, stations, stocks, takings
from domain.subsidies import lists as subsidy_lists
from domain.subsidies import programmes as subsidy_programmes
from domain.village import assets, contracts
from domain.village import books as village_books
from domain.village import months as village_months
from domain.village import parties as village_parties
from domain.village import vouchers as village_vouchers

MODULES = (
    log,
    places,
    persons,
    keys,
    incidents,
    tariffs,
    catalogues,
    caps,
    quotas,
    withholdings,
    workflows,
    working_calendars,
    charts,
    budgets,
    rewards,
    allowances,
    payments,
    payout_batches,
    payee_holds,
    members,
    households,
    residences,
    cooling,
    award_rules,
    awards,
    difficulty_rules,
    difficulty,
    trainings,
    facility_kinds,
    facilities,
    bank_files,
    statements,
    reconciliations,
    recon_exceptions,
    periods,
    points_rules,
    points_accounts,
    tasks,
    activities,
    commendations,
    inspections,
    titles,
    party_activities,
    points_shares,
    stations,
    stocks,
    exchanges,
    takings,
    donation_slips,
    notices,
    suggestion_box,
    commitments,
    meeting_rules,
    meetings,
    projects,
    village_books,
    village_parties,
    village_vouchers,
    village_months,
    assets,
    contracts,
    subsidy_programmes,
    subsidy_lists,
    committees,
    disclosure_settings,
    disclosures,
    disclosure_posters,
)


def event_types() -> dict[str, type]:
    """Every stored type and the class that decodes it."""
    return registered()
