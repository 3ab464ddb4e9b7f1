package dev.sluice.benchmark.chaos;

import dev.sluice.local.Trouble.Mode;
import java.util.List;
import java.util.function.Consumer;

/** A fault of one sender, campaign, recipient or record, which must not affect others. */
public enum Fault {
  SILENT_PROVIDER("the provider takes messages and never answers"),
  FAST_SILENT_PROVIDER("a provider that takes 1,000/s never answers"),
  ENDLESS_HEAD("the head of answers never ends"),
  ENDLESS_ANSWER("answers begin and never end"),
  TRICKLING_ANSWER("answers come a byte at a time"),
  OVERSIZE_ANSWER("answers of 100 KB"),
  HTML_ANSWER("a proxy answers with HTML and 200"),
  RESET("connections break after the request"),
  BAD_GATEWAY("a gateway answers 502"),
  GATEWAY_TIMEOUT("a gateway answers 504"),
  THROTTLED("the provider refuses every second message as too much"),
  REFUSED_CONNECTION("the provider refuses connections"),
  UNANSWERED_CONNECTION("connections to the provider never open"),
  UNKNOWN_HOST("the provider's host does not exist"),
  MUTE_HANDSHAKE("TLS handshakes with the provider never end"),
  FAILED_HANDSHAKE("TLS handshakes with the provider fail"),
  CLOSED_CONNECTIONS("the provider closes connections that are kept"),
  PAUSED_CAMPAIGN("a campaign is paused with seconds of work queued"),
  BLOCKED_SENDER("no worker knows the sender's provider"),
  MISSING_PROVIDER("only one of two workers knows the provider"),
  UNREADABLE_REQUESTS("20,000 records that nobody can read"),
  GROWING_REQUESTS("requests too large to be put back"),
  ABSURD_RATES("20,000 requests with a rate of 1e-9/s or infinity, and as many with 0.001/s"),
  LOST_OFFSET("a partition has lost the workers' committed offset"),
  OFFSET_BEYOND_END("an offset is committed beyond its partition's end"),
  OFFSET_BELOW_START("an offset is committed below its partition's start"),
  UNKNOWN_TIME_ZONE("a campaign in a time zone that does not exist"),
  HUGE_VARIABLES("variables of 2.6 MB"),
  EXPLODING_MESSAGE("4,000 placeholders of 60 KB"),
  MISSING_ROW("a campaign's row disappears while it is sent"),
  START_DURING_IMPORT("a start while recipients are being added"),
  LOCKED_RECIPIENTS("somebody locks the rows of a campaign's recipients"),
  LOCKED_CAMPAIGN("somebody locks a campaign's row"),
  LOCKED_CAMPAIGNS("somebody locks the rows of 20 campaigns"),
  SLOW_PAGES("a campaign's pages take five seconds each"),
  RECEIPTS_DURING_RESEND("receipts during a resend, beside 300,000 older rows"),
  REFUSED_RESULTS("results that PostgreSQL refuses");

  private final String words;

  Fault(String words) {
    this.words = words;
  }

  /**
   * Returns the faults of one campaign, which must not affect its sender's other campaigns either.
   */
  public static List<Fault> ofCampaigns() {
    return List.of(
        PAUSED_CAMPAIGN,
        UNKNOWN_TIME_ZONE,
        HUGE_VARIABLES,
        EXPLODING_MESSAGE,
        MISSING_ROW,
        START_DURING_IMPORT,
        LOCKED_RECIPIENTS,
        LOCKED_CAMPAIGN,
        LOCKED_CAMPAIGNS,
        SLOW_PAGES,
        RECEIPTS_DURING_RESEND,
        REFUSED_RESULTS);
  }

  String words() {
    return words;
  }

  Incident in(Scene scene, Gate gate, Consumer<String> story) {
    return switch (this) {
      case SILENT_PROVIDER -> ProviderFaults.wrongAnswers(scene, Mode.SILENCE, story);
      case FAST_SILENT_PROVIDER -> ProviderFaults.fastSilence(scene, story);
      case ENDLESS_HEAD -> ProviderFaults.wrongAnswers(scene, Mode.ENDLESS_HEAD, story);
      case ENDLESS_ANSWER -> ProviderFaults.wrongAnswers(scene, Mode.ENDLESS_BODY, story);
      case TRICKLING_ANSWER -> ProviderFaults.wrongAnswers(scene, Mode.TRICKLE, story);
      case OVERSIZE_ANSWER -> ProviderFaults.wrongAnswers(scene, Mode.OVERSIZE, story);
      case HTML_ANSWER -> ProviderFaults.wrongAnswers(scene, Mode.HTML, story);
      case RESET -> ProviderFaults.wrongAnswers(scene, Mode.RESET, story);
      case BAD_GATEWAY -> ProviderFaults.wrongAnswers(scene, Mode.BAD_GATEWAY, story);
      case GATEWAY_TIMEOUT -> ProviderFaults.wrongAnswers(scene, Mode.GATEWAY_TIMEOUT, story);
      case REFUSED_CONNECTION -> ConnectionFaults.unopened(scene, gate, Gate.State.REFUSING, story);
      case UNANSWERED_CONNECTION ->
          ConnectionFaults.unopened(scene, gate, Gate.State.UNANSWERED, story);
      case UNKNOWN_HOST -> ConnectionFaults.unknownHost(scene);
      case MUTE_HANDSHAKE -> ConnectionFaults.unopened(scene, gate, Gate.State.MUTE, story);
      case FAILED_HANDSHAKE -> ConnectionFaults.unopened(scene, gate, Gate.State.PLAIN, story);
      case CLOSED_CONNECTIONS -> ConnectionFaults.closed(scene, gate, story);
      case THROTTLED -> ProviderFaults.throttled(scene);
      case PAUSED_CAMPAIGN -> RequestFaults.paused(scene);
      case BLOCKED_SENDER -> RequestFaults.blocked(scene);
      case MISSING_PROVIDER -> new MissingProvider(scene);
      case UNREADABLE_REQUESTS -> RequestFaults.unreadable(scene);
      case GROWING_REQUESTS -> RequestFaults.growing(scene);
      case ABSURD_RATES -> RequestFaults.absurdRates(scene);
      case LOST_OFFSET -> new LostOffset(scene, LostOffset.How.FORGOTTEN);
      case OFFSET_BEYOND_END -> new LostOffset(scene, LostOffset.How.BEYOND_END);
      case OFFSET_BELOW_START -> new LostOffset(scene, LostOffset.How.BELOW_START);
      case UNKNOWN_TIME_ZONE -> CampaignFaults.timeZone(scene);
      case HUGE_VARIABLES -> CampaignFaults.hugeVariables(scene);
      case EXPLODING_MESSAGE -> CampaignFaults.exploding(scene);
      case MISSING_ROW -> CampaignFaults.missingRow(scene);
      case START_DURING_IMPORT -> CampaignFaults.importing(scene);
      case LOCKED_RECIPIENTS -> CampaignFaults.lockedRecipients(scene);
      case LOCKED_CAMPAIGN -> CampaignFaults.lockedCampaign(scene);
      case LOCKED_CAMPAIGNS -> CampaignFaults.lockedCampaigns(scene);
      case SLOW_PAGES -> CampaignFaults.slowPages(scene);
      case RECEIPTS_DURING_RESEND -> CampaignFaults.resend(scene);
      case REFUSED_RESULTS -> CampaignFaults.refusedResults(scene);
    };
  }
}
