// Sends events by Meta's own SDK for Node, unmodified: run with a token and a pixel.
const { CustomData, EventRequest, ServerEvent, UserData } = require("facebook-nodejs-business-sdk");

const [token, pixel] = process.argv.slice(2);
const now = Math.floor(Date.now() / 1000);
const user = new UserData()
  .setEmails(["Jane.Doe@Example.com"])
  .setPhones(["12025550143"])
  .setExternalIds(["user-42"])
  .setClientIpAddress("203.0.113.7")
  .setClientUserAgent("Mozilla/5.0")
  .setFbp("fb.1.1795300000000.123");
const purchase = new ServerEvent()
  .setEventName("Purchase")
  .setEventId("order-1001")
  .setEventTime(now)
  .setEventSourceUrl("https://shop.example/thanks")
  .setActionSource("website")
  .setUserData(user)
  .setCustomData(new CustomData().setValue(89.5).setCurrency("eur").setOrderId("1001"));
const lead = new ServerEvent()
  .setEventName("Lead")
  .setEventTime(now)
  .setActionSource("system_generated")
  .setUserData(new UserData().setLeadId("525645896321548"));

new EventRequest(token, pixel)
  .setEvents([purchase, lead])
  .setPartnerAgent("shop-1.0")
  .execute()
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
