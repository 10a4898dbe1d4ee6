/** The schema of a booking: each hotel has its own limit of nights, so it is made for each request. */
export function validatorFor(z, hotel) {
  return z.object({
    hotel: z.string(),
    nights: z
      .number()
      .max(7 + (hotel.length % 7))
      .describe(`nights in ${hotel}`),
  });
}
