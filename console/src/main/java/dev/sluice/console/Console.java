package dev.sluice.console;

import dev.sluice.console.access.Doors;
import dev.sluice.console.access.People;
import dev.sluice.console.campaign.CampaignChangeRoutes;
import dev.sluice.console.campaign.CampaignCommandRoutes;
import dev.sluice.console.campaign.CampaignCopies;
import dev.sluice.console.campaign.CampaignFilter;
import dev.sluice.console.campaign.CampaignRoutes;
import dev.sluice.console.campaign.CampaignRows;
import dev.sluice.console.campaign.CampaignViews;
import dev.sluice.console.campaign.Campaigns;
import dev.sluice.console.campaign.ErrorRoutes;
import dev.sluice.console.campaign.ExportRoutes;
import dev.sluice.console.campaign.FreshResults;
import dev.sluice.console.campaign.NextZones;
import dev.sluice.console.campaign.ObjectionRoutes;
import dev.sluice.console.campaign.PaceRoutes;
import dev.sluice.console.campaign.ReplyRoutes;
import dev.sluice.console.campaign.ReviewRoutes;
import dev.sluice.console.campaign.Selections;
import dev.sluice.console.campaign.SuppressRoutes;
import dev.sluice.console.campaign.TestRoutes;
import dev.sluice.console.campaign.TestSends;
import dev.sluice.console.campaign.ZoneCounts;
import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.Deadlines;
import dev.sluice.console.http.Exports;
import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.LargeAnswers;
import dev.sluice.console.http.Lists;
import dev.sluice.console.http.PageFiles;
import dev.sluice.console.http.Problems;
import dev.sluice.console.http.Uploads;
import dev.sluice.console.imports.FileCheck;
import dev.sluice.console.imports.MissingCheck;
import dev.sluice.console.imports.Objections;
import dev.sluice.console.imports.PhoneBeginnings;
import dev.sluice.console.imports.PhoneNumbers;
import dev.sluice.console.imports.Prices;
import dev.sluice.console.imports.RecipientImport;
import dev.sluice.console.imports.RowBounds;
import dev.sluice.console.imports.RowRules;
import dev.sluice.console.imports.SuppressedPeople;
import dev.sluice.console.live.EventStreams;
import dev.sluice.console.live.FeedRoutes;
import dev.sluice.console.notification.Notifications;
import dev.sluice.console.output.CommandPublisher;
import dev.sluice.console.output.KafkaOutput;
import dev.sluice.console.recipient.CappedRecipients;
import dev.sluice.console.recipient.RecipientCounts;
import dev.sluice.console.recipient.RecipientExports;
import dev.sluice.console.recipient.Recipients;
import dev.sluice.console.recipient.SelectedRecipients;
import dev.sluice.console.reply.Replies;
import dev.sluice.console.reply.ReplyCounts;
import dev.sluice.console.reply.ReplyExports;
import dev.sluice.console.reply.ReplyPages;
import dev.sluice.console.sender.Billing;
import dev.sluice.console.sender.DailyUsage;
import dev.sluice.console.sender.SenderRoutes;
import dev.sluice.console.sender.SenderViews;
import dev.sluice.console.sender.Senders;
import dev.sluice.console.sender.TemplateCheck;
import dev.sluice.console.sender.TemplateRoutes;
import dev.sluice.console.sender.TemplateStates;
import dev.sluice.console.sender.Templates;
import dev.sluice.console.sql.Checks;
import dev.sluice.console.sql.Connections;
import dev.sluice.console.suppression.FailedNumbers;
import dev.sluice.console.suppression.LateRows;
import dev.sluice.console.suppression.Lifts;
import dev.sluice.console.suppression.OptOutRoutes;
import dev.sluice.console.suppression.OptOuts;
import dev.sluice.console.suppression.SuppressionRoutes;
import dev.sluice.console.suppression.Suppressions;
import dev.sluice.console.suppression.Upkeep;
import dev.sluice.console.webhook.WebhookIntake;
import dev.sluice.console.webhook.WebhookRoutes;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.WarmUp;
import dev.sluice.runtime.database.DatabaseProbe;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.KafkaProbe;
import dev.sluice.schema.Json;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.staticfiles.Location;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jooq.DSLContext;

/**
 * The console: serves the page and the HTTP API to people, and to services that do not speak Kafka.
 */
public final class Console implements AutoCloseable {
  /** How long a live view waits for its turn to be read again. */
  private static final Duration FEEDS_PATIENCE = Duration.ofSeconds(10);

  /** Changed names examined in one iteration. */
  private static final int LATE_ROWS_PAGE = 500;

  private final Closer closer = new Closer();
  private final Javalin server;

  /**
   * Starts the console.
   *
   * @param extra adds the process's own routes, such as health and metrics
   */
  public Console(
      ConsoleConfig config, Health health, MeterRegistry meters, Consumer<JavalinConfig> extra) {
    this(config, Limits.DEFAULT, health, meters, extra);
  }

  /**
   * How much may happen at the same time.
   *
   * @param lists lists that are built at a time
   * @param listsWait how long a reader waits for others
   * @param changesWait how long a change waits for its turn
   */
  record Limits(
      Connections.Sizes connections,
      int lists,
      Duration listsWait,
      Duration changesWait,
      Uploads.Limits uploads,
      HeldBodies.Limits bodies,
      HeldBodies.Limits webhooks) {
    static final Limits DEFAULT =
        new Limits(
            Connections.Sizes.DEFAULT,
            4,
            Duration.ofSeconds(3),
            Duration.ofSeconds(10),
            Uploads.Limits.DEFAULT,
            HeldBodies.Limits.API,
            HeldBodies.Limits.WEBHOOKS);
  }

  Console(
      ConsoleConfig config,
      Limits limits,
      Health health,
      MeterRegistry meters,
      Consumer<JavalinConfig> extra) {
    try {
      server = start(config, limits, health, meters, extra);
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
  }

  private Javalin start(
      ConsoleConfig config,
      Limits limits,
      Health health,
      MeterRegistry meters,
      Consumer<JavalinConfig> extra) {
    Users users = config.users();
    People people =
        closer.register(
            new People(
                users.file(),
                users.header(),
                users.trusted(),
                users.usualRole(),
                users.approval(),
                health,
                meters));
    Optional<Prices> prices = config.prices().map(Prices::read);
    PhoneNumbers phoneNumbers = new PhoneNumbers(config.defaultRegion());
    PhoneBeginnings beginnings = new PhoneBeginnings(phoneNumbers);
    Connections connections =
        closer.register(Connections.open(config.database(), limits.connections(), meters));
    closer.register(DatabaseProbe.of(connections.commands(), config.database(), health));
    closer.register(KafkaProbe.of(config.kafka(), health));
    FreshResults fresh = closer.register(new FreshResults(config.kafka(), health, meters));
    ControlsView controls = closer.register(new ControlsView(config.kafka(), health, meters));
    KafkaOutput output = closer.register(new KafkaOutput(config.kafka(), health, meters));
    config
        .webhookOut()
        .ifPresent(out ->
            closer.register(new Notifications(config.kafka(), out.destination(), health, meters)));
    CommandPublisher commands = new CommandPublisher(output, config.kafka().topics());
    DSLContext reading = connections.lists().sql();
    DSLContext following = connections.feeds().sql();
    DSLContext commanding = connections.commands().sql();
    DSLContext changing = connections.changes().sql();
    DSLContext importing = connections.imports().sql();
    DSLContext suppressing = connections.suppressions().sql();
    DSLContext webhooks = connections.webhooks().sql();
    Lists lists =
        new Lists(
            Bulkhead.computing(
                limits.lists(),
                limits.listsWait(),
                "Too many lists are being read; try again later."));
    Deadlines deadlines = closer.register(new Deadlines());
    // The provider's calls have a budget of their own, which no other body can take.
    HeldBodies bodies = new HeldBodies("api", limits.bodies(), deadlines, meters);
    HeldBodies calls = new HeldBodies("webhooks", limits.webhooks(), deadlines, meters);
    Exports exports = new Exports(limits.uploads().leastSpeed());
    Checks checks = new Checks(connections.checks().sql(), limits.connections().checks());
    // In front of the pool, because the pool is not fair.
    Bulkhead changes =
        new Bulkhead(
            limits.connections().changes(),
            limits.changesWait(),
            "Too many changes are being made at once, or the database is slow; nothing was changed."
                + " Try again in a moment.");
    Uploads uploads = new Uploads(limits.uploads(), deadlines);
    RowRules recipientRules =
        new RowRules(
            phoneNumbers, new RowBounds(config.bounds().value(), config.bounds().variables()));
    RowRules suppressionRules = new RowRules(phoneNumbers);
    Bulkhead feeds =
        Bulkhead.computing(
            limits.connections().feeds(),
            FEEDS_PATIENCE,
            "Too many live views are being read; try again later.");
    Templates templates =
        closer.register(
            new Templates(config.whatsApp(), new TemplateStates(connections.upkeep().sql())));
    Doors doors =
        new Doors(
            config.token(),
            people,
            new HeldBodies("sign-in", HeldBodies.Limits.SIGN_INS, deadlines, meters),
            meters);
    EventStreams live = new EventStreams(feeds);
    RecipientCounts counts = new RecipientCounts();
    ReplyCounts replyCounts = new ReplyCounts();
    DailyUsage usage = new DailyUsage();
    NextZones zones = new NextZones();
    PageFiles page = PageFiles.read();
    Javalin listening =
        Javalin.create(settings -> {
          settings.startup.showJavalinBanner = false;
          settings.concurrency.useVirtualThreads = true;
          settings.jetty.host = config.address();
          settings.jetty.port = config.port();
          doors.add(settings.routes);
          new FeedRoutes(
                  new CampaignViews(following, controls, fresh, counts, replyCounts, usage, zones),
                  new SenderViews(following, controls, usage),
                  live)
              .add(settings.routes);
          CampaignViews campaignViews =
              new CampaignViews(reading, controls, fresh, counts, replyCounts, usage, zones);
          new ExportRoutes(new RecipientExports(reading, exports), campaignViews)
              .add(settings.routes);
          CampaignRows campaignRows = new CampaignRows(changing);
          Campaigns campaigns =
              new Campaigns(
                  changing, campaignRows, config.bounds().name(), config.bounds().message());
          MissingCheck missing = new MissingCheck(checks);
          TemplateCheck templateCheck =
              new TemplateCheck(new TemplateStates(commanding), changes, changing, templates);
          new CampaignChangeRoutes(
                  bodies,
                  changes,
                  campaigns,
                  campaignViews,
                  new CampaignCopies(importing, config.bounds().name()),
                  checks,
                  missing,
                  templateCheck,
                  uploads)
              .add(settings.routes);
          Recipients recipients = new Recipients(reading);
          Selections selections =
              new Selections(new SelectedRecipients(reading), phoneNumbers, lists);
          new ErrorRoutes(campaignViews, recipients, lists).add(settings.routes);
          new PaceRoutes(fresh).add(settings.routes);
          new ReviewRoutes(
                  campaignViews,
                  recipients,
                  new CappedRecipients(reading),
                  new ZoneCounts(reading),
                  lists)
              .add(settings.routes);
          new ObjectionRoutes(
                  bodies,
                  campaignViews,
                  lists,
                  new Objections(reading, prices),
                  new Billing(reading, templates),
                  selections)
              .add(settings.routes);
          new SuppressRoutes(campaignViews, lists, uploads, new FailedNumbers(suppressing))
              .add(settings.routes);
          ReplyPages replies = new ReplyPages(reading);
          new ReplyRoutes(
                  campaignViews, replies, new ReplyExports(replies, exports), beginnings, lists)
              .add(settings.routes);
          new CampaignRoutes(
                  bodies,
                  changes,
                  campaigns,
                  campaignRows,
                  campaignViews,
                  templateCheck,
                  uploads,
                  new RecipientImport(importing),
                  recipientRules,
                  recipients,
                  beginnings,
                  lists)
              .add(settings.routes);
          new CampaignCommandRoutes(
                  bodies,
                  new CampaignRows(commanding),
                  changes,
                  campaignRows,
                  commands,
                  checks,
                  missing,
                  templateCheck,
                  selections)
              .add(settings.routes);
          new SenderRoutes(
                  bodies,
                  changes,
                  new Senders(changing),
                  new SenderViews(reading, controls, usage),
                  new SenderViews(changing, controls, usage),
                  commands,
                  lists)
              .add(settings.routes);
          new SuppressionRoutes(
                  new Suppressions(reading),
                  beginnings,
                  lists,
                  new Suppressions(suppressing),
                  changes,
                  new Lifts(changing),
                  uploads,
                  suppressionRules,
                  exports)
              .add(settings.routes);
          new TestRoutes(
                  bodies,
                  new TestSends(changes, changing, output, config.kafka().topics(), phoneNumbers),
                  fresh.tests())
              .add(settings.routes);
          new TemplateRoutes(new Senders(reading), lists, templates).add(settings.routes);
          new OptOutRoutes(new OptOuts(reading), lists).add(settings.routes);
          new FileCheck(
                  uploads,
                  phoneNumbers,
                  recipientRules,
                  suppressionRules,
                  new SuppressedPeople(reading, lists))
              .add(settings.routes);
          new WebhookRoutes(
                  config.webhooks().appSecret(),
                  config.webhooks().verifyToken(),
                  calls,
                  new WebhookIntake(
                      webhooks,
                      output,
                      controls,
                      new Replies(webhooks, fresh.sent(), output, config.kafka().topics()),
                      config.kafka().topics(),
                      config.webhooks().optOutWords(),
                      meters),
                  meters)
              .add(settings.routes);
          new LargeAnswers(limits.uploads().leastSpeed()).add(settings.routes);
          servePage(settings, page);
          new Problems().add(settings);
          extra.accept(settings);
        });
    closer.register(listening::stop);
    // Closed before the server, which would wait for viewers.
    closer.register(live);
    WarmUp.of(
        "console",
        health,
        () -> {
          output.warmUp();
          Json.write(
              new CampaignViews(commanding, controls, fresh, counts, replyCounts, usage, zones)
                  .newest(CampaignFilter.IN_SIGHT));
        });
    listening.start();
    closer.register(new Upkeep(new LateRows(connections.upkeep().sql(), LATE_ROWS_PAGE)));
    return listening;
  }

  /** The page has no build step: its modules and libraries are files on the class path. */
  private static void servePage(JavalinConfig settings, PageFiles page) {
    page.add(settings.routes);
    settings.staticFiles.enableWebjars();
    settings.staticFiles.add(files -> {
      files.hostedPath = "/";
      files.directory = "/page";
      files.location = Location.CLASSPATH;
      files.headers = Map.of("Cache-Control", "no-cache");
    });
  }

  /** Returns the port on which it listens. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    closer.close();
  }
}
