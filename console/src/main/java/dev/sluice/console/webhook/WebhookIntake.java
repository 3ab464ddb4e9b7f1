package dev.sluice.console.webhook;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.output.KafkaOutput;
import dev.sluice.console.reply.Replies;
import dev.sluice.console.sender.TemplateStates;
import dev.sluice.console.suppression.OptOuts;
import dev.sluice.console.suppression.Said;
import dev.sluice.console.webhook.WebhookItems.Fate;
import dev.sluice.console.webhook.WebhookItems.Item;
import dev.sluice.providers.whatsapp.ErrorCodes;
import dev.sluice.providers.whatsapp.Person;
import dev.sluice.providers.whatsapp.WebhookEvent;
import dev.sluice.providers.whatsapp.WebhookEvent.AccountRestricted;
import dev.sluice.providers.whatsapp.WebhookEvent.Business;
import dev.sluice.providers.whatsapp.WebhookEvent.Incoming;
import dev.sluice.providers.whatsapp.WebhookEvent.Notice;
import dev.sluice.providers.whatsapp.WebhookEvent.Other;
import dev.sluice.providers.whatsapp.WebhookEvent.Preference;
import dev.sluice.providers.whatsapp.WebhookEvent.Receipt;
import dev.sluice.providers.whatsapp.WebhookEvent.Renamed;
import dev.sluice.providers.whatsapp.WebhookEvent.SenderTrouble;
import dev.sluice.providers.whatsapp.WebhookEvent.TemplateAllowed;
import dev.sluice.providers.whatsapp.WebhookEvent.TemplateStopped;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.schema.OptOutReason;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jooq.DSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what a provider's calls report: receipts become results, opt-outs become suppressions,
 * messages to campaigns become replies, and what the provider forbids is stopped. What is of no use
 * is counted.
 */
public final class WebhookIntake {
  private static final Logger log = LoggerFactory.getLogger(WebhookIntake.class);

  /** Lines that one call may write into the log. */
  private static final int MOST_LOGGED = 20;

  private final KafkaOutput output;
  private final Topics topics;
  private final ControlsView controls;
  private final ReceiptResults results;
  private final OptOuts optOuts;
  private final Replies replies;
  private final Accounts accounts;
  private final TemplateStates templates;
  private final ProviderStops stops;
  private final OptOutWords optOutWords;
  private final WebhookItems items;

  public WebhookIntake(
      DSLContext sql,
      KafkaOutput output,
      ControlsView controls,
      Replies replies,
      Topics topics,
      List<String> optOutWords,
      MeterRegistry meters) {
    this.output = output;
    this.controls = controls;
    this.replies = replies;
    items = new WebhookItems(meters);
    this.topics = topics;
    results = new ReceiptResults(sql);
    optOuts = new OptOuts(sql);
    accounts = new Accounts(sql);
    templates = new TemplateStates(sql);
    stops = new ProviderStops(sql, controls, topics);
    this.optOutWords = new OptOutWords(optOutWords);
    // Shown as 0 before the first one.
    for (RecipientStatus status : EnumSet.range(RecipientStatus.SENT, RecipientStatus.READ)) {
      items.expect(status.name(), Fate.ACCEPTED);
      items.expect(status.name(), Fate.FOREIGN);
    }
  }

  /** A message, and what becomes of it if it is no reply; a wish by nobody is lost even so. */
  private record Heard(Incoming message, Fate otherwise) {}

  /** The items of one call, sorted by their treatment. */
  private static final class Sorted {
    final List<Receipt> receipts = new ArrayList<>();
    final List<Heard> messages = new ArrayList<>();
    final List<OptOuts.Wish> optOuts = new ArrayList<>();
    final List<OptOuts.Wish> returns = new ArrayList<>();
    final List<Renamed> renamed = new ArrayList<>();
    final List<SenderTrouble> troubles = new ArrayList<>();
    final List<AccountRestricted> restrictions = new ArrayList<>();
    final List<TemplateStates.State> templates = new ArrayList<>();
    final Set<Business> businesses = new HashSet<>();
    final List<String> notices = new ArrayList<>();

    /** The fates of all items but receipts and messages. */
    final List<Item> items = new ArrayList<>();

    void add(String kind, Fate fate) {
      items.add(new Item(kind, fate));
    }

    boolean stopsTemplates() {
      return !stoppedTemplates().isEmpty();
    }

    /** Returns the names of templates that may not be used any more. */
    Set<String> stoppedTemplates() {
      return templates.stream()
          .filter(template -> template.stopped() != null)
          .map(TemplateStates.State::name)
          .collect(Collectors.toSet());
    }

    boolean stopsSomething() {
      return !troubles.isEmpty() || !restrictions.isEmpty() || stopsTemplates();
    }
  }

  /**
   * Takes what one call reported. When it returns, Kafka and PostgreSQL have it. What people wish
   * is stored even if Kafka does not take the receipts: the call is repeated late, and they may be
   * sent to until then.
   *
   * @throws ProblemException 503 if Kafka does not take it, or if the controls have not been read
   *     yet; repeating the whole call does no harm
   */
  void take(List<WebhookEvent> updates) {
    Sorted sorted = new Sorted();
    updates.forEach(update -> sort(update, sorted));
    sorted.notices.stream().limit(MOST_LOGGED).forEach(words -> log.info("provider: {}", words));
    ReceiptResults.Sorted receipts = results.of(sorted.receipts);
    try {
      store(sorted);
    } finally {
      write(receipts.results());
    }
    accounts.learn(sorted.businesses);
    templates.learn(sorted.templates);
    if (sorted.stopsSomething()) {
      stop(sorted);
    }
    Set<String> replied = replies.take(sorted.messages.stream().map(Heard::message).toList());
    items.count(items(sorted, receipts, replied));
  }

  private static List<Item> items(
      Sorted sorted, ReceiptResults.Sorted receipts, Set<String> replied) {
    List<Item> items = new ArrayList<>(sorted.items);
    for (SendResult result : receipts.results()) {
      items.add(new Item(result.status().name(), Fate.ACCEPTED));
    }
    for (Receipt receipt : receipts.foreign()) {
      // An opt-out told of our own message is not lost: its result leads to the number.
      boolean lost =
          ReceiptResults.wish(receipt).filter(wish -> !wish.person().isKnown()).isPresent();
      items.add(new Item(receipt.status().name(), lost ? Fate.NAMELESS : Fate.FOREIGN));
    }
    for (Heard heard : sorted.messages) {
      boolean reply = replied.contains(heard.message().messageId());
      Fate otherwise = heard.otherwise();
      items.add(
          new Item("message", reply && otherwise != Fate.NAMELESS ? Fate.ACCEPTED : otherwise));
    }
    return items;
  }

  private void store(Sorted sorted) {
    // Of our messages too: the aggregator knows only the number, and nothing of changes.
    sorted.receipts.stream()
        .flatMap(receipt -> ReceiptResults.wish(receipt).stream())
        .filter(wish -> wish.person().isKnown())
        .forEach(sorted.optOuts::add);
    int added = optOuts.take(sorted.optOuts, sorted.returns, sorted.renamed);
    if (added > 0) {
      log.info("{} opt-out(s) stored", added);
    }
  }

  private void sort(WebhookEvent update, Sorted sorted) {
    switch (update) {
      case Receipt receipt -> {
        sorted.receipts.add(receipt);
        sorted.businesses.add(receipt.business());
        String code = receipt.errorCode();
        if (code != null && ErrorCodes.blocksSender(code)) {
          String detail = receipt.errorDetail() == null ? "" : receipt.errorDetail();
          sorted.troubles.add(new SenderTrouble(receipt.business(), code, detail, receipt.at()));
        }
      }
      case Incoming message -> {
        boolean optOut = message.forms().stream().anyMatch(optOutWords::contains);
        sorted.messages.add(
            new Heard(
                message,
                optOut
                    ? wish(
                        sorted.optOuts,
                        new OptOuts.Wish(message.from(), Said.MESSAGE, message.at()))
                    : Fate.IGNORED));
      }
      case Preference(Person from, boolean stop, var at) ->
          sorted.add(
              "preference",
              wish(
                  stop ? sorted.optOuts : sorted.returns,
                  new OptOuts.Wish(from, stop ? OptOutReason.PREFERENCE : Said.RESUME, at)));
      case Renamed renamed -> {
        sorted.renamed.add(renamed);
        sorted.add("renamed", Fate.ACCEPTED);
      }
      case SenderTrouble trouble -> {
        // Logged, too, because the number may belong to no sender here.
        sorted.notices.add("error " + trouble.code() + " " + trouble.detail());
        boolean blocks = ErrorCodes.blocksSender(trouble.code());
        if (blocks) {
          sorted.troubles.add(trouble);
        }
        sorted.add("trouble", blocks ? Fate.ACCEPTED : Fate.LOGGED);
      }
      case TemplateStopped(var account, var name, var language, var reason, var at) -> {
        sorted.templates.add(new TemplateStates.State(account, name, language, reason, at));
        sorted.add("template", Fate.ACCEPTED);
      }
      case TemplateAllowed(var account, var name, var language, var at) -> {
        sorted.templates.add(new TemplateStates.State(account, name, language, null, at));
        sorted.notices.add("the template " + name + " " + language + " may be used");
        sorted.add("template", Fate.ACCEPTED);
      }
      case AccountRestricted restricted -> {
        sorted.restrictions.add(restricted);
        sorted.add("account", Fate.ACCEPTED);
      }
      case Notice(String words) -> {
        sorted.notices.add(words);
        sorted.add("notice", Fate.LOGGED);
      }
      case Other(var kind) ->
          sorted.add(
              "other",
              switch (kind) {
                case IGNORED -> Fate.IGNORED;
                case UNREADABLE -> Fate.UNREADABLE;
              });
    }
  }

  private static Fate wish(List<OptOuts.Wish> wishes, OptOuts.Wish wish) {
    if (!wish.person().isKnown()) {
      return Fate.NAMELESS;
    }
    wishes.add(wish);
    return Fate.ACCEPTED;
  }

  private void write(List<SendResult> settled) {
    List<ProducerRecord<byte[], byte[]>> records =
        settled.stream()
            .map(result ->
                KafkaOutput.record(
                    topics.sendResults(), result.campaignId(), EventType.SEND_RESULT, result))
            .toList();
    output.write(records);
  }

  private void stop(Sorted sorted) {
    if (!controls.complete()) {
      throw ProblemException.unavailable(
          "The console has not read all controls yet; send it again later.");
    }
    List<ProducerRecord<byte[], byte[]>> records =
        new ArrayList<>(stops.blocks(sorted.troubles, sorted.restrictions));
    if (sorted.stopsTemplates()) {
      records.addAll(stops.pauses(sorted.stoppedTemplates()));
    }
    output.write(records);
    if (!records.isEmpty()) {
      log.warn("{} sender(s) or campaign(s) stopped, as the provider reports", records.size());
    }
  }
}
